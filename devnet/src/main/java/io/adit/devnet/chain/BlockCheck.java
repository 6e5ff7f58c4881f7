package io.adit.devnet.chain;

import static io.adit.devnet.chain.BlockFault.FROM_THE_FUTURE;
import static io.adit.devnet.chain.BlockFault.MALFORMED;
import static io.adit.devnet.chain.BlockFault.NOT_ELECTED;
import static io.adit.devnet.chain.BlockFault.NO_WORKER;
import static io.adit.devnet.chain.BlockFault.UNKNOWN_MESSAGE;
import static io.adit.devnet.chain.BlockFault.UNKNOWN_MINER;
import static io.adit.devnet.chain.BlockFault.UNKNOWN_PARENTS;
import static io.adit.devnet.chain.BlockFault.WRONG_BASE_FEE;
import static io.adit.devnet.chain.BlockFault.WRONG_BEACON;
import static io.adit.devnet.chain.BlockFault.WRONG_HEIGHT;
import static io.adit.devnet.chain.BlockFault.WRONG_MESSAGES_ROOT;
import static io.adit.devnet.chain.BlockFault.WRONG_SIGNATURE;
import static io.adit.devnet.chain.BlockFault.WRONG_STATE;
import static io.adit.devnet.chain.BlockFault.WRONG_TICKET;
import static io.adit.devnet.chain.BlockFault.WRONG_TIMESTAMP;
import static io.adit.devnet.chain.BlockFault.WRONG_WEIGHT;
import static io.adit.devnet.chain.BlockFault.WRONG_WINNING_POST;

import io.adit.chain.node.Block;
import io.adit.chain.node.BlockTemplate;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.Sortition;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signatures;
import io.adit.devnet.actor.Invocation;
import io.adit.proofs.PoStProof;
import io.adit.proofs.PublicReplica;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * Whether a provider's block is valid, as Lotus's {@code SyncSubmitBlock} and {@code filcns.ValidateBlock} find it. The checks come
 * in Lotus's order; where Lotus runs several side by side and lists all that fail, here the first one speaks.
 *
 * <p>Reads the chain only; what the chain knows must not change meanwhile.
 */
public final class BlockCheck {
    private final Chain chain;

    BlockCheck(Chain chain) {
        this.chain = chain;
    }

    /** A block that was found valid, and the link of its parents. */
    public record Valid(Link parents, FullBlock block) {}

    /** The unsigned header of what a provider wants to make, with the base fee of its epoch. */
    public static BlockHeader unsigned(Link parents, BlockTemplate template, BigInteger baseFee) {
        return BlockMaker.unsigned(
                parents,
                new BlockTemplate(
                        template.miner(),
                        template.parents(),
                        template.ticket(),
                        template.electionProof(),
                        template.beaconEntries(),
                        FullBlock.ordered(template.messages()),
                        template.epoch(),
                        template.timestamp(),
                        template.winningPoStProof()),
                baseFee);
    }

    /**
     * Checks a block.
     *
     * @param now the epoch that has begun last
     * @param nullRounds epochs for which nobody is eligible
     * @param baseFees what a block on a link burns for each unit of gas
     * @throws BlockRefusedException with the first thing that is wrong
     */
    public Valid check(Block submitted, long now, LongPredicate nullRounds, BaseFees baseFees) {
        var block = withMessages(submitted);
        var header = block.header();
        requireWhole(header);
        var parents = chain.find(new TipSetKey(header.parents()))
                .filter(link -> !header.parents().isEmpty() && link.hasState())
                .orElseThrow(() -> refused(
                        UNKNOWN_PARENTS,
                        "load parent tipset failed (" + header.parents() + "): ipld: could not find tipset"));
        checkPlace(header, parents, now);
        requireEqual(
                WRONG_WEIGHT,
                header.parentWeight(),
                parents.weight(),
                "parrent weight different: %s (header) != %s (computed)");
        var right = chain.miningRight(parents, header.height().value());
        long miner = header.miner().id().orElseThrow();
        var worker = right.worker(miner)
                .orElseThrow(() -> refused(
                        NO_WORKER, "GetMinerWorkerRaw failed: (get sset) failed to load miner actor: actor not found"));
        if (!right.isKnownAtBase(miner)) {
            throw refused(UNKNOWN_MINER, "minerIsValid failed: miner isn't valid");
        }
        checkTicket(header, right, miner, worker);
        checkSignature(header, worker);
        checkBeacon(header, right);
        checkWinningPoSt(header, right, miner);
        if (nullRounds.test(header.height().value())) {
            throw refused(NOT_ELECTED, "block's miner is ineligible to mine");
        }
        checkElection(header, right, miner, worker);
        BlockMessageCheck.check(block, parents);
        requireEqual(
                WRONG_BASE_FEE,
                header.parentBaseFee().atto(),
                baseFees.on(parents),
                "base fee doesn't match: %s (header) != %s (computed)");
        checkState(header, parents);
        return new Valid(parents, block);
    }

    /** The base fee that a block on a link must carry. */
    @FunctionalInterface
    public interface BaseFees {
        BigInteger on(Link parents);
    }

    static BlockRefusedException refused(BlockFault fault, String text) {
        return new BlockRefusedException(fault, text);
    }

    private static void requireEqual(BlockFault fault, Object said, Object computed, String text) {
        if (!said.equals(computed)) {
            throw refused(fault, text.formatted(said, computed));
        }
    }

    private FullBlock withMessages(Block submitted) {
        var messages = new ArrayList<SignedMessage>();
        for (var cid : submitted.blsMessages()) {
            messages.add(message(cid, true, "failed to load bls messages: failed to get message: "));
        }
        for (var cid : submitted.secp256k1Messages()) {
            messages.add(message(cid, false, "failed to load secpk message: failed to get message: "));
        }
        if (!BlockMaker.messagesRoot(messages).equals(submitted.header().messages())) {
            throw refused(
                    WRONG_MESSAGES_ROOT,
                    "provided messages did not match block: messages didn't match root in header ("
                            + submitted.header().messages() + ")");
        }
        return new FullBlock(submitted.header(), messages);
    }

    private SignedMessage message(Cid cid, boolean bls, String doing) {
        return chain.findMessage(cid)
                .filter(message -> message.cid().equals(cid) && FullBlock.isBls(message) == bls)
                .orElseThrow(() -> refused(UNKNOWN_MESSAGE, doing + "ipld: could not find " + cid));
    }

    private static void requireWhole(BlockHeader header) {
        var sanity = "incoming header failed basic sanity checks: ";
        if (header.electionProof().isEmpty()) {
            throw refused(MALFORMED, sanity + "block cannot have nil election proof");
        }
        if (header.ticket().isEmpty()) {
            throw refused(MALFORMED, sanity + "block cannot have nil ticket");
        }
        if (header.blockSignature().isEmpty()) {
            throw refused(MALFORMED, sanity + "block had nil signature");
        }
        if (header.blsAggregate().isEmpty()) {
            throw refused(MALFORMED, sanity + "block had nil bls aggregate signature");
        }
        if (header.miner().id().isEmpty()) {
            throw refused(MALFORMED, sanity + "block had non-ID miner address");
        }
    }

    private void checkPlace(BlockHeader header, Link parents, long now) {
        long height = header.height().value();
        if (height <= parents.height()) {
            throw refused(
                    WRONG_HEIGHT, "block height not greater than parent height: " + height + " != " + parents.height());
        }
        long due = parents.tipSet().blocks().stream()
                        .mapToLong(BlockHeader::timestamp)
                        .min()
                        .orElseThrow()
                + chain.settings().blockDelaySeconds() * (height - parents.height());
        if (header.timestamp() != due) {
            throw refused(WRONG_TIMESTAMP, "block has wrong timestamp: " + header.timestamp() + " != " + due);
        }
        // The devnet's clock may stand or run fast: what time it is, it says in epochs.
        if (height > now) {
            throw refused(
                    FROM_THE_FUTURE,
                    "block was from the future (now=epoch " + now + ", blk=epoch " + height + "): temporal error");
        }
    }

    private static void checkTicket(BlockHeader header, MiningRight right, long miner, Address worker) {
        if (!isVrf(
                worker, right.ticketInput(miner), header.ticket().orElseThrow().vrfProof())) {
            throw refused(
                    WRONG_TICKET, "validating block tickets failed: vrf was invalid: bls signature failed to verify");
        }
    }

    private static boolean isVrf(Address worker, Randomness input, byte[] proof) {
        return Signatures.verify(worker, input.bytes(), new Signature(SignatureType.BLS, proof));
    }

    private static void checkSignature(BlockHeader header, Address worker) {
        if (!Signatures.verify(
                worker, header.signingBytes(), header.blockSignature().orElseThrow())) {
            throw refused(
                    WRONG_SIGNATURE, "check block signature failed: block signature verification failed for " + worker);
        }
    }

    /** The beacon's signatures are unique, so the right entries are those that the beacon itself makes. */
    private static void checkBeacon(BlockHeader header, MiningRight right) {
        if (!header.beaconEntries().equals(right.entries())) {
            throw refused(
                    WRONG_BEACON,
                    "failed to validate blocks random beacon values: expected rounds "
                            + right.entries().stream()
                                    .map(entry -> entry.round())
                                    .toList()
                            + " with the beacon's signatures, got rounds "
                            + header.beaconEntries().stream()
                                    .map(entry -> entry.round())
                                    .toList());
        }
    }

    private void checkWinningPoSt(BlockHeader header, MiningRight right, long miner) {
        var replicas = right.challenged(miner).stream()
                .map(sector ->
                        new PublicReplica(new SectorNumber(sector.number()), Commitment.fromCid(sector.sealedCid())))
                .toList();
        List<PoStProof> proofs;
        try {
            proofs = header.winPoStProof().stream()
                    .map(proof -> new PoStProof(RegisteredPoStProof.fromNumber(proof.type()), proof.proof()))
                    .toList();
        } catch (AditException unknown) {
            throw refused(WRONG_WINNING_POST, "invalid election post: " + unknown.getMessage());
        }
        boolean holds = !replicas.isEmpty()
                && !proofs.isEmpty()
                && proofs.stream().allMatch(proof -> proof.type().isWinning())
                && Invocation.holds(() -> chain.proofs()
                        .verifyWinningPoSt(right.postRandomness(miner), proofs, replicas, new ActorId(miner)));
        if (!holds) {
            throw refused(WRONG_WINNING_POST, "invalid election post: winning post was invalid");
        }
    }

    private static void checkElection(BlockHeader header, MiningRight right, long miner, Address worker) {
        var election = header.electionProof().orElseThrow();
        if (election.winCount() < 1) {
            throw refused(NOT_ELECTED, "block is not claiming to be a winner");
        }
        if (!right.isEligible(miner)) {
            throw refused(NOT_ELECTED, "block's miner is ineligible to mine");
        }
        if (!isVrf(worker, right.electionInput(miner), election.vrfProof())) {
            throw refused(
                    NOT_ELECTED,
                    "validating block election proof failed: vrf was invalid: bls signature failed to verify");
        }
        long wins = Sortition.wins(
                election.vrfProof(),
                right.power(miner).qualityAdjusted(),
                right.networkPower().qualityAdjusted());
        if (election.winCount() != wins) {
            throw refused(
                    NOT_ELECTED,
                    "miner claims wrong number of wins: miner: " + election.winCount() + ", computed: " + wins);
        }
    }

    private static void checkState(BlockHeader header, Link parents) {
        requireEqual(
                WRONG_STATE,
                header.parentStateRoot(),
                parents.stateRoot(),
                "parent state root did not match computed state (%s != %s)");
        requireEqual(
                WRONG_STATE,
                header.parentMessageReceipts(),
                BlockMaker.receiptsRoot(parents.receipts()),
                "parent receipts root did not match computed value (%s != %s)");
    }
}
