package io.adit.devnet.chain;

import io.adit.chain.node.BlockTemplate;
import io.adit.chain.type.Amt;
import io.adit.chain.type.BeaconEntry;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.ChainRandomness;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.chain.type.ElectionProof;
import io.adit.chain.type.MessageMeta;
import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.PoStProof;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.Ticket;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Hashes;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signatures;
import io.adit.devnet.policy.ProtocolLimits;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes block headers as a Filecoin miner does: ticket and election by VRF, beacon entries, signature. */
final class BlockMaker {
    /** Stands where a winning PoSt would: the producers have no sectors. Lotus's own mock has the same bytes. */
    private static final byte[] NO_WINNING_PROOF = "valid proof".getBytes(StandardCharsets.UTF_8);

    /** The neutral element of G2, the aggregate of no signatures. */
    private static final byte[] EMPTY_AGGREGATE = emptyAggregate();

    private final ChainSettings settings;
    private final Beacon beacon;
    private final ChainKey worker;
    private final Production production;

    BlockMaker(ChainSettings settings, Beacon beacon, ChainKey worker, Production production) {
        this.settings = settings;
        this.beacon = beacon;
        this.worker = worker;
        this.production = production;
    }

    /**
     * A block of the devnet's own that is to be made.
     *
     * @param producer one of the devnet's own miners
     * @param wins that its election proof claims; nobody checks them
     */
    record Plan(Link parent, long height, long producer, long wins, List<SignedMessage> messages, BigInteger baseFee) {}

    private static byte[] emptyAggregate() {
        var point = new byte[96];
        point[0] = (byte) 0xc0;
        return point;
    }

    BlockHeader genesis(Cid stateRoot) {
        return new BlockHeader(
                Address.ofId(0),
                Optional.of(new Ticket(Hashes.blake2b256(settings.seed()))),
                Optional.of(new ElectionProof(0, new byte[0])),
                List.of(beacon.entry(0)),
                List.of(),
                List.of(),
                BigInteger.ZERO,
                new Epoch(0),
                stateRoot,
                receiptsRoot(List.of()),
                messagesRoot(List.of()),
                Optional.empty(),
                settings.genesisTime().getEpochSecond(),
                Optional.empty(),
                0,
                new TokenAmount(BigInteger.valueOf(ProtocolLimits.MINIMUM_BASE_FEE)));
    }

    /** A signed block of the devnet's own. */
    BlockHeader make(Plan plan) {
        var parent = plan.parent();
        var miner = Address.ofId(plan.producer());
        var entries = entries(parent.height(), plan.height());
        var base = entries.getLast().signature();
        var head = parent.tipSet().minTicketBlock();
        var unsigned = new BlockHeader(
                miner,
                Optional.of(new Ticket(ticket(miner, head, base, plan.height()))),
                Optional.of(new ElectionProof(plan.wins(), election(miner, base, plan.height()))),
                entries,
                List.of(new PoStProof(0, NO_WINNING_PROOF)),
                parent.tipSet().key().cids(),
                parent.weight(),
                new Epoch(plan.height()),
                parent.stateRoot(),
                receiptsRoot(parent.receipts()),
                messagesRoot(plan.messages()),
                Optional.of(aggregate(plan.messages())),
                timestamp(head, plan.height()),
                Optional.empty(),
                0,
                new TokenAmount(plan.baseFee()));
        return unsigned.signed(worker.sign(unsigned.signingBytes()));
    }

    /** The unsigned header of what a provider wants to make (Lotus {@code CreateBlock}). */
    static BlockHeader unsigned(Link parent, BlockTemplate template, BigInteger baseFee) {
        return new BlockHeader(
                template.miner(),
                Optional.of(template.ticket()),
                Optional.of(template.electionProof()),
                template.beaconEntries(),
                template.winningPoStProof(),
                parent.tipSet().key().cids(),
                parent.weight(),
                template.epoch(),
                parent.stateRoot(),
                receiptsRoot(parent.receipts()),
                messagesRoot(template.messages()),
                Optional.of(aggregate(template.messages())),
                template.timestamp(),
                Optional.empty(),
                0,
                new TokenAmount(baseFee));
    }

    private List<BeaconEntry> entries(long parentHeight, long height) {
        var entries = new ArrayList<BeaconEntry>();
        for (long epoch = parentHeight + 1; epoch <= height; epoch++) {
            entries.add(beacon.entry(epoch));
        }
        return entries;
    }

    private byte[] ticket(Address miner, BlockHeader parent, byte[] base, long height) {
        var entropy = new ByteArrayOutputStream();
        entropy.writeBytes(cbor(miner));
        entropy.writeBytes(parent.ticket().orElseThrow().vrfProof());
        return vrf(base, DomainSeparationTag.TICKET_PRODUCTION, height - 1, entropy.toByteArray());
    }

    private byte[] election(Address miner, byte[] base, long height) {
        return vrf(base, DomainSeparationTag.ELECTION_PROOF_PRODUCTION, height, cbor(miner));
    }

    private byte[] vrf(byte[] base, DomainSeparationTag tag, long epoch, byte[] entropy) {
        var input = ChainRandomness.draw(base, tag, new Epoch(epoch), entropy);
        return worker.sign(input.bytes()).data();
    }

    private static byte[] cbor(Address address) {
        return new CborWriter().bytes(address.bytes()).toByteArray();
    }

    /**
     * By the block time of this run, never before the parent, which a run of slower blocks may have made. Where providers make
     * blocks too, by the rule that they are held to.
     */
    private long timestamp(BlockHeader parent, long height) {
        if (production.takesBlocks()) {
            return parent.timestamp()
                    + settings.blockDelaySeconds() * (height - parent.height().value());
        }
        long due = settings.genesisTime()
                .plus(settings.policy().blockTime().multipliedBy(height))
                .getEpochSecond();
        return Math.max(due, parent.timestamp());
    }

    static Cid receiptsRoot(List<MessageReceipt> receipts) {
        return Amt.of(receipts.stream().map(MessageReceipt::toCbor).toList()).root();
    }

    static Cid messagesRoot(List<SignedMessage> messages) {
        var bls = messages.stream()
                .filter(FullBlock::isBls)
                .map(SignedMessage::cid)
                .toList();
        var others = messages.stream()
                .filter(message -> !FullBlock.isBls(message))
                .map(SignedMessage::cid)
                .toList();
        return MessageMeta.of(bls, others).cid();
    }

    private static Signature aggregate(List<SignedMessage> messages) {
        var signatures = messages.stream()
                .filter(FullBlock::isBls)
                .map(SignedMessage::signature)
                .toList();
        return signatures.isEmpty()
                ? new Signature(SignatureType.BLS, EMPTY_AGGREGATE)
                : Signatures.aggregate(signatures);
    }
}
