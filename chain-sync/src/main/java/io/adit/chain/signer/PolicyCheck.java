package io.adit.chain.signer;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.CreateMinerParams;
import io.adit.chain.actor.DealProposal;
import io.adit.chain.actor.PowerMethod;
import io.adit.chain.type.Message;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborLimits;
import io.adit.core.ipld.CborReader;
import io.adit.core.keys.SigningContent;
import io.adit.core.keys.SigningKind;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads a request's content and holds it against the policy. What it answers has the bytes that this process computed, never
 * bytes that came over the socket as such.
 */
final class PolicyCheck {
    private static final int UUID_BYTES = 16;
    private static final int MAX_TEXT = 64;
    private static final int MAX_ASK_ITEM = 256;

    private final SignerPolicy policy;
    private final InstantSource clock;

    PolicyCheck(SignerPolicy policy, InstantSource clock) {
        this.policy = policy;
        this.clock = clock;
    }

    /**
     * Something that the policy allows.
     *
     * @param message present for messages, which are also counted for the day
     * @param block present for blocks, which also need a permit
     */
    record Allowed(byte[] signedBytes, Optional<Message> message, Optional<BlockContent> block) {
        static Allowed of(SigningContent content) {
            return new Allowed(content.signedBytes(), Optional.empty(), Optional.empty());
        }
    }

    /**
     * Decides.
     *
     * @throws SignerRefusedException if the policy does not allow it
     * @throws io.adit.core.error.AditException if the content is not what its kind says
     */
    Allowed check(Address key, SigningKind kind, byte[] content) {
        return switch (kind) {
            case MESSAGE -> message(key, content);
            case BLOCK -> block(content);
            case VRF -> vrf(content);
            case DEAL_PROPOSAL -> dealProposal(key, content);
            case DEAL_STATUS -> dealStatus(content);
            case STORAGE_ASK -> storageAsk(content);
        };
    }

    private Allowed message(Address key, byte[] content) {
        var message = Message.fromCbor(content);
        requireCanonical(content, message.toCbor(), "message");
        require(message.version() == 0, "messages", "version 0", "version " + message.version());
        require(message.from().equals(key), "messages", "the key's own messages", "from " + message.from());
        // Delegated keys sign Ethereum transactions, which is another form with other rules.
        require(key.protocol() != Address.Protocol.DELEGATED, "messages", "f1 and f3 senders", key.toString());
        destination(message);
        var limits = policy.messages();
        requireAtMost(message.value(), limits.maxValue(), "messages.max-value");
        require(message.gasLimit() >= 0, "messages", "gas limits from 0", Long.toString(message.gasLimit()));
        require(
                !message.value().isNegative() && !message.gasFeeCap().isNegative(),
                "messages",
                "amounts from 0",
                "less");
        requireAtMost(message.maxFee(), limits.maxFee(), "messages.max-fee");
        return new Allowed(message.signingBytes(), Optional.of(message), Optional.empty());
    }

    private void destination(Message message) {
        var to = message.to();
        var asked = "method " + message.method() + " of " + to;
        if (isNothing(message)) {
            return;
        }
        if (message.method() == 0) {
            require(
                    policy.transferTargets().contains(to),
                    "messages.transfer-to",
                    allowed(policy.transferTargets()),
                    asked);
            require(message.params().length == 0, "messages.transfer-to", "no parameters", "some");
        } else if (to.equals(Actor.MARKET)) {
            require(
                    policy.marketMethodNumbers().contains(message.method()),
                    "messages.market-methods",
                    String.join(", ", policy.messages().marketMethods()),
                    asked);
        } else if (to.equals(Actor.POWER)) {
            newMiner(message, asked);
        } else {
            require(policy.messageMiners().contains(to), "messages.miners", allowed(policy.messageMiners()), asked);
            require(
                    policy.minerMethodNumbers().contains(message.method()),
                    "messages.miner-methods",
                    String.join(", ", policy.messages().minerMethods()),
                    asked);
        }
    }

    /** Whoever owns the new miner owns the deposit that it is made with. */
    private void newMiner(Message message, String asked) {
        var owners = policy.newMinerOwners();
        require(
                !owners.isEmpty() && message.method() == PowerMethod.CREATE_MINER.number(),
                "messages.new-miner-owners",
                owners.isEmpty() ? "nothing" : PowerMethod.CREATE_MINER.methodName() + " of f04",
                asked);
        var params = CreateMinerParams.fromCbor(message.params());
        requireCanonical(message.params(), params.toCbor(), "CreateMiner");
        require(
                owners.contains(params.owner()),
                "messages.new-miner-owners",
                allowed(owners),
                "a miner of " + params.owner());
    }

    /** A message that only uses its nonce: what a cancelled one is replaced by. It costs gas, which is limited and counted. */
    private static boolean isNothing(Message message) {
        return message.method() == 0
                && message.to().equals(message.from())
                && message.value().isZero()
                && message.params().length == 0;
    }

    private Allowed block(byte[] content) {
        var block = decode(content, BlockContent::read);
        requireCanonical(content, block.toCbor(), "block");
        var header = block.header();
        requireMiner(header.miner());
        var blocks = policy.blocks();
        if (blocks.genesisTime() > 0) {
            long due = blocks.genesisTime()
                    + Math.multiplyExact(
                            header.height().value(), blocks.blockTime().toSeconds());
            require(header.timestamp() == due, "blocks.genesis-time", "time " + due, "time " + header.timestamp());
            long latest = clock.instant().plus(blocks.blockTime()).getEpochSecond();
            require(due <= latest, "blocks.genesis-time", "time up to " + latest, "time " + due);
        }
        return new Allowed(header.signingBytes(), Optional.empty(), Optional.of(block));
    }

    private Allowed vrf(byte[] content) {
        var input = decode(content, VrfInput::read);
        requireCanonical(content, input.toCbor(), "VRF input");
        requireMiner(input.miner());
        return Allowed.of(SigningContents.vrf(input));
    }

    private Allowed dealProposal(Address key, byte[] content) {
        var proposal = DealProposal.fromCbor(content);
        requireCanonical(content, proposal.toCbor(), "deal proposal");
        require(proposal.client().equals(key), "deals", "the key's own proposals", "client " + proposal.client());
        long epochs = proposal.endEpoch().minus(proposal.startEpoch());
        require(epochs >= 0, "deals", "deals that end after they begin", epochs + " epochs");
        require(
                !proposal.pricePerEpoch().isNegative()
                        && !proposal.clientCollateral().isNegative(),
                "deals",
                "amounts from 0",
                "less");
        var cost = proposal.pricePerEpoch().times(epochs).plus(proposal.clientCollateral());
        require(!policy.deals().maxProposal().isZero(), "deals.max-proposal", "no proposals", "one over " + cost);
        requireAtMost(cost, policy.deals().maxProposal(), "deals.max-proposal");
        return Allowed.of(SigningContents.dealProposal(proposal));
    }

    private Allowed dealStatus(byte[] content) {
        require(policy.deals().status(), "deals.status", "no questions", "one");
        require(content.length == UUID_BYTES, "deals.status", "16 bytes", content.length + " bytes");
        return new Allowed(content, Optional.empty(), Optional.empty());
    }

    private Allowed storageAsk(byte[] content) {
        var miner = askMiner(content);
        require(policy.askMiners().contains(miner), "deals.ask-miners", allowed(policy.askMiners()), miner.toString());
        return Allowed.of(SigningContents.storageAsk(content));
    }

    /** A map can be nothing else that is signed: messages are signed by CID, headers and proposals are arrays. */
    private static Address askMiner(byte[] content) {
        var reader = new CborReader(content, CborLimits.ANY_KEY_ORDER);
        Optional<Address> miner = Optional.empty();
        int pairs = reader.map();
        for (int i = 0; i < pairs; i++) {
            if (reader.text(MAX_TEXT).equals("Miner")) {
                miner = Optional.of(Address.fromBytes(reader.bytes(Address.MAX_BYTES)));
            } else {
                require(reader.rawItem().length <= MAX_ASK_ITEM, "deals", "short asks", "a long one");
            }
        }
        reader.end();
        return miner.orElseThrow(() -> new SignerRefusedException("deals.ask-miners", "asks of a miner", "none"));
    }

    private void requireMiner(Address miner) {
        require(policy.blockMiners().contains(miner), "blocks.miners", allowed(policy.blockMiners()), miner.toString());
    }

    private static <T> T decode(byte[] content, java.util.function.Function<CborReader, T> read) {
        return io.adit.chain.type.ChainCbor.decode(content, read);
    }

    /** Two readings of the same bytes would be two meanings. */
    private static void requireCanonical(byte[] content, byte[] again, String what) {
        require(Arrays.equals(content, again), "protocol", "the one encoding of a " + what, "another");
    }

    private static void requireAtMost(TokenAmount value, TokenAmount limit, String rule) {
        require(value.compareTo(limit) <= 0, rule, limit.toString(), value.toString());
    }

    private static String allowed(java.util.Collection<Address> addresses) {
        return addresses.isEmpty()
                ? "nothing"
                : addresses.stream().sorted().map(Address::toString).collect(java.util.stream.Collectors.joining(", "));
    }

    static void require(boolean holds, String rule, String limit, String value) {
        if (!holds) {
            throw new SignerRefusedException(rule, limit, value);
        }
    }
}
