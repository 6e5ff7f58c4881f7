package io.adit.simulation;

import io.adit.chain.node.Block;
import io.adit.chain.node.BlockTemplate;
import io.adit.chain.node.HeadChange;
import io.adit.chain.node.HeadSubscription;
import io.adit.chain.node.MiningBaseInfo;
import io.adit.chain.node.RpcException;
import io.adit.chain.node.rpc.Argument;
import io.adit.chain.node.rpc.RpcMethod;
import io.adit.chain.node.rpc.TypedFullNode;
import io.adit.chain.type.BeaconEntry;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.ElectionProof;
import io.adit.chain.type.MessageMeta;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.Ticket;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Hashes;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A chain of block headers that many miners make, and the full node that shows it: no state and no messages, since for the
 * slash guard only epochs and parents count. It does what tempts a miner to sign twice: it goes back to parents that were
 * built on before, leaves our block out beside its siblings, has null rounds, and makes another block each time it is asked.
 */
final class ContestedChain extends TypedFullNode {
    static final Address MINER = Address.ofId(1000);
    static final Duration DELAY = Duration.ofSeconds(30);

    private static final BigInteger POWER = BigInteger.TEN;
    private static final Cid NO_MESSAGES = MessageMeta.of(List.of(), List.of()).cid();

    private final Instant genesis;
    private final Address worker;
    private final Map<Cid, BlockHeader> blocks = new HashMap<>();
    private final Map<TipSetKey, TipSet> tipSets = new HashMap<>();
    private TipSet head;
    private boolean swallows;
    private int made;
    private long epoch;

    ContestedChain(Instant genesis, Address worker) {
        this.genesis = genesis;
        this.worker = worker;
        this.head = remember(TipSet.of(List.of(others(List.of(), 0))));
    }

    // ---- what the story does ---------------------------------------------------------------------

    TipSet head() {
        return head;
    }

    Cid genesisBlock() {
        return chainGetTipSetByHeight(new Epoch(0), head.key()).key().cids().getFirst();
    }

    BlockHeader block(Cid cid) {
        var known = blocks.get(cid);
        if (known == null) {
            throw RpcException.answered("ChainGetTipSet", 1, "no such block");
        }
        return known;
    }

    /** Another epoch has begun. */
    void begin(long next) {
        epoch = next;
    }

    /** Whether our blocks are lost on their way, though the node says it took them. */
    void swallow(boolean whether) {
        swallows = whether;
    }

    /** Other miners make blocks of this epoch; ours of the same epoch and parents stands beside them. */
    void others(int count, boolean leavingOursOut) {
        var below = below(head, epoch);
        if (leavingOursOut) {
            below = withoutOurs(below);
        }
        var beside = new ArrayList<BlockHeader>();
        var parents = below.key().cids();
        if (head.height().value() == epoch && head.blocks().getFirst().parents().equals(parents)) {
            beside.addAll(head.blocks());
        }
        for (int i = 0; i < count; i++) {
            beside.add(others(parents, epoch));
        }
        head = remember(TipSet.of(beside));
    }

    /**
     * The network goes to another branch: of others' blocks, for the epochs after the tipset so far down, up to this one.
     *
     * @param beside whether it begins with siblings of our block that stands there
     */
    void fork(int depth, boolean beside) {
        var at = head;
        for (int step = 0; step < depth && at.height().value() > 0; step++) {
            at = chainGetTipSet(at.parents());
        }
        long first = at.height().value() + 1;
        if (beside && at.height().value() > 0) {
            at = withoutOurs(at);
        }
        for (long height = first; height <= epoch; height++) {
            at = remember(TipSet.of(List.of(others(at.key().cids(), height))));
        }
        head = at;
    }

    /** The network goes back to a branch that is known. */
    void goTo(TipSet known) {
        head = known;
    }

    private TipSet below(TipSet tipSet, long height) {
        var at = tipSet;
        while (at.height().value() >= height) {
            at = chainGetTipSet(at.parents());
        }
        return at;
    }

    /** The same tipset as others see it who never got our block; one of ours alone has a sibling of others instead. */
    private TipSet withoutOurs(TipSet tipSet) {
        var left = tipSet.blocks().stream()
                .filter(block -> !block.miner().equals(MINER))
                .toList();
        return remember(TipSet.of(
                left.isEmpty()
                        ? List.of(
                                others(tipSet.parents().cids(), tipSet.height().value()))
                        : left));
    }

    private TipSet remember(TipSet tipSet) {
        for (int i = 0; i < tipSet.blocks().size(); i++) {
            blocks.put(tipSet.key().cids().get(i), tipSet.blocks().get(i));
        }
        return tipSets.computeIfAbsent(tipSet.key(), key -> tipSet);
    }

    private BlockHeader others(List<Cid> parents, long height) {
        var ticket = new Ticket(hash("ticket " + made));
        return header(
                Address.ofId(2000 + made % 5),
                Optional.of(ticket),
                Optional.of(new ElectionProof(1, new byte[] {1})),
                List.of(),
                List.of(),
                parents,
                height,
                genesis.plus(DELAY.multipliedBy(height)).getEpochSecond());
    }

    /** Never two alike. */
    private BlockHeader header(
            Address miner,
            Optional<Ticket> ticket,
            Optional<ElectionProof> election,
            List<BeaconEntry> entries,
            List<io.adit.chain.type.PoStProof> proofs,
            List<Cid> parents,
            long height,
            long timestamp) {
        return new BlockHeader(
                miner,
                ticket,
                election,
                entries,
                proofs,
                parents,
                BigInteger.valueOf(height),
                new Epoch(height),
                Cid.dagCbor(hash("state " + made++)),
                Cid.dagCbor(new byte[] {2}),
                NO_MESSAGES,
                Optional.of(new Signature(SignatureType.BLS, new byte[96])),
                timestamp,
                Optional.empty(),
                0,
                TokenAmount.ofAtto(100));
    }

    private static byte[] hash(String what) {
        return Hashes.blake2b256(what.getBytes(StandardCharsets.UTF_8));
    }

    // ---- what the node answers -------------------------------------------------------------------

    @Override
    public TipSet chainHead() {
        return head;
    }

    @Override
    public TipSet chainGetTipSet(TipSetKey key) {
        return tipSets.computeIfAbsent(
                key, unknown -> TipSet.of(key.cids().stream().map(this::block).toList()));
    }

    @Override
    public TipSet chainGetTipSetByHeight(Epoch height, TipSetKey key) {
        var at = chainGetTipSet(key);
        while (at.height().isAfter(height)) {
            at = chainGetTipSet(at.parents());
        }
        return at;
    }

    @Override
    public BeaconEntry stateGetBeaconEntry(Epoch of) {
        return new BeaconEntry(of.value(), hash("beacon " + of.value()));
    }

    @Override
    public Optional<MiningBaseInfo> minerGetBaseInfo(Address miner, Epoch round, TipSetKey base) {
        var below = chainGetTipSet(base);
        var entries = new ArrayList<BeaconEntry>();
        for (long at = below.height().value() + 1; at <= round.value(); at++) {
            entries.add(stateGetBeaconEntry(new Epoch(at)));
        }
        var challenged = new MiningBaseInfo.ChallengedSector(
                RegisteredSealProof.STACKED_DRG_2KIB_V1_1,
                new SectorNumber(7),
                Optional.empty(),
                Commitment.of(new byte[32]).asSealedCid());
        return Optional.of(new MiningBaseInfo(
                POWER,
                POWER,
                List.of(challenged),
                worker,
                SectorSize.KIB_2,
                stateGetBeaconEntry(below.height()),
                entries,
                true));
    }

    @Override
    public List<SignedMessage> mpoolSelect(TipSetKey key, double ticketQuality) {
        return List.of();
    }

    @Override
    public Block minerCreateBlock(BlockTemplate template) {
        var header = header(
                template.miner(),
                Optional.of(template.ticket()),
                Optional.of(template.electionProof()),
                template.beaconEntries(),
                template.winningPoStProof(),
                template.parents().cids(),
                template.epoch().value(),
                template.timestamp());
        return new Block(header, List.of(), List.of());
    }

    @Override
    public void syncSubmitBlock(Block block) {
        var header = block.header();
        if (header.height().value() > epoch) {
            throw RpcException.answered("SyncSubmitBlock", 1, "block was from the future");
        }
        if (swallows) {
            return;
        }
        if (header.height().equals(head.height())
                && header.parents().equals(head.parents().cids())) {
            if (!head.key().cids().contains(header.cid())) {
                var beside = new ArrayList<>(head.blocks());
                beside.add(header);
                head = remember(TipSet.of(beside));
            }
        } else if (header.height().isAfter(head.height())) {
            head = remember(TipSet.of(List.of(header)));
        }
    }

    @Override
    public <R> R call(RpcMethod<R> method, Argument<?>... arguments) {
        throw new UnsupportedOperationException("the contested chain has no " + method.name());
    }

    @Override
    public HeadSubscription chainNotify(Consumer<List<HeadChange>> listener) {
        throw new UnsupportedOperationException("the contested chain tells nobody of its heads");
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
