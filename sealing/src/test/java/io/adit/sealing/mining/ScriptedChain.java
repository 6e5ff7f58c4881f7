package io.adit.sealing.mining;

import io.adit.chain.node.Block;
import io.adit.chain.node.BlockTemplate;
import io.adit.chain.node.MiningBaseInfo;
import io.adit.chain.node.PartialFullNode;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
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
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.core.time.Timeline;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A full node and its chain of headers, as a test tells it. A block that is submitted becomes the head, or joins the head
 * where it has the same parents. It keeps every block that it was ever given, by epoch, to find two of one epoch.
 */
final class ScriptedChain extends PartialFullNode {
    static final Address MINER = Address.ofId(1000);
    static final Address OTHER = Address.ofId(1001);
    static final Address STAND_IN = Address.ofId(1002);
    static final Instant GENESIS = Instant.ofEpochSecond(1_800_000_000);
    static final Duration DELAY = Duration.ofSeconds(30);

    final PrivateKey worker = key("worker");
    final List<Block> submitted = new ArrayList<>();
    final List<BlockTemplate> created = new ArrayList<>();

    boolean eligible = true;
    boolean selectFails;
    List<SignedMessage> chosen = List.of();

    /** Whether it makes blocks of no messages only. */
    boolean failsWithMessages;

    Duration selectHangs = Duration.ZERO;
    long refusesEpoch = -1;
    int unreachable;

    /** So many calls for a beacon's entry end after 30 s without an answer. */
    int beaconsLost;

    int headsAsked;

    int tipSetsAsked;

    /** It has not the state of rounds before this one any more, as a node that began with a snapshot. */
    long statesFrom;

    /** A tipset that it does not answer for, once. */
    Optional<TipSetKey> losesOnce = Optional.empty();

    boolean cannotLookBack;
    Optional<String> refusesToCreate = Optional.empty();
    UnaryOperator<BlockHeader> making = UnaryOperator.identity();
    List<SectorNumber> challenged = List.of(new SectorNumber(7));
    BigInteger minerPower = BigInteger.TEN;

    private final Timeline timeline;
    private final Map<Cid, BlockHeader> blocks = new HashMap<>();
    private TipSet head;

    ScriptedChain(Timeline timeline) {
        this.timeline = timeline;
        this.head = remember(TipSet.of(List.of(header(OTHER, List.of(), 0, "genesis"))));
    }

    static PrivateKey key(String name) {
        var scalar = Hashes.sha256(name.getBytes(StandardCharsets.UTF_8));
        scalar[0] &= 0x3f;
        return PrivateKey.of(SignatureType.BLS, scalar);
    }

    /** A block of another miner. */
    BlockHeader others(TipSet below, long epoch, String name) {
        return header(OTHER, below.key().cids(), epoch, name);
    }

    /** A block that our worker's key signed elsewhere. */
    BlockHeader ours(TipSet below, long epoch, String name) {
        var unsigned = header(MINER, below.key().cids(), epoch, name);
        return unsigned.signed(worker.sign(unsigned.signingBytes()));
    }

    /** Makes a tipset the head. */
    TipSet go(BlockHeader... blocks) {
        head = remember(TipSet.of(Arrays.asList(blocks)));
        return head;
    }

    /** Goes back or forth to a tipset that is known. */
    void goTo(TipSet known) {
        head = known;
    }

    TipSet head() {
        return head;
    }

    private TipSet remember(TipSet tipSet) {
        tipSet.blocks().forEach(block -> blocks.put(block.cid(), block));
        return tipSet;
    }

    private BlockHeader header(Address miner, List<Cid> parents, long epoch, String name) {
        var ticket = new Ticket(Hashes.blake2b256((name + epoch).getBytes(StandardCharsets.UTF_8)));
        return header(
                miner,
                Optional.of(ticket),
                Optional.of(new ElectionProof(1, new byte[] {1})),
                List.of(),
                List.of(),
                parents,
                epoch,
                MessageMeta.of(List.of(), List.of()).cid(),
                GENESIS.plus(DELAY.multipliedBy(epoch)).getEpochSecond());
    }

    private static BlockHeader header(
            Address miner,
            Optional<Ticket> ticket,
            Optional<ElectionProof> election,
            List<BeaconEntry> entries,
            List<io.adit.chain.type.PoStProof> proofs,
            List<Cid> parents,
            long epoch,
            Cid messages,
            long timestamp) {
        return new BlockHeader(
                miner,
                ticket,
                election,
                entries,
                proofs,
                parents,
                BigInteger.valueOf(epoch),
                new Epoch(epoch),
                Cid.dagCbor(new byte[] {1}),
                Cid.dagCbor(new byte[] {2}),
                messages,
                Optional.of(new Signature(SignatureType.BLS, new byte[96])),
                timestamp,
                Optional.empty(),
                0,
                TokenAmount.ofAtto(100));
    }

    // ---- the node ----------------------------------------------------------------------------------

    @Override
    public TipSet chainHead() {
        headsAsked++;
        return head;
    }

    @Override
    public TipSet chainGetTipSet(TipSetKey key) {
        tipSetsAsked++;
        if (losesOnce.equals(Optional.of(key))) {
            losesOnce = Optional.empty();
            throw RpcException.unanswered(RpcErrorCode.NODE_TIMEOUT, "ChainGetTipSet", "no answer within 30 s");
        }
        return TipSet.of(key.cids().stream().map(this::block).toList());
    }

    private BlockHeader block(Cid cid) {
        var known = blocks.get(cid);
        if (known == null) {
            throw RpcException.answered("ChainGetTipSet", 1, "no such block");
        }
        return known;
    }

    @Override
    public TipSet chainGetTipSetByHeight(Epoch epoch, TipSetKey key) {
        if (cannotLookBack) {
            throw RpcException.answered("ChainGetTipSetByHeight", 1, "looking for tipset with height less than start");
        }
        var at = chainGetTipSet(key);
        while (at.height().isAfter(epoch)) {
            at = chainGetTipSet(at.parents());
        }
        return at;
    }

    @Override
    public BeaconEntry stateGetBeaconEntry(Epoch epoch) {
        if (beaconsLost > 0) {
            beaconsLost--;
            MiningFixture.pass(Duration.ofSeconds(30), timeline);
            throw RpcException.unanswered(RpcErrorCode.NODE_TIMEOUT, "StateGetBeaconEntry", "no answer within 30 s");
        }
        return entry(epoch);
    }

    private static BeaconEntry entry(Epoch epoch) {
        return new BeaconEntry(
                epoch.value(), Hashes.blake2b256(("beacon" + epoch.value()).getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public Optional<MiningBaseInfo> minerGetBaseInfo(Address miner, Epoch epoch, TipSetKey base) {
        if (epoch.value() < statesFrom) {
            throw RpcException.answered("MinerGetBaseInfo", 1, "failed to load miner actor: ipld: could not find");
        }
        var below = chainGetTipSet(base);
        var entries = new ArrayList<BeaconEntry>();
        for (long at = below.height().value() + 1; at <= epoch.value(); at++) {
            entries.add(entry(new Epoch(at)));
        }
        return Optional.of(new MiningBaseInfo(
                minerPower,
                BigInteger.TEN,
                challenged.stream()
                        .map(sector -> new MiningBaseInfo.ChallengedSector(
                                RegisteredSealProof.STACKED_DRG_2KIB_V1_1,
                                sector,
                                Optional.empty(),
                                Commitment.of(new byte[32]).asSealedCid()))
                        .toList(),
                worker.address(),
                SectorSize.KIB_2,
                entry(below.height()),
                entries,
                eligible));
    }

    @Override
    public List<SignedMessage> mpoolSelect(TipSetKey key, double ticketQuality) {
        if (selectFails) {
            throw RpcException.answered("MpoolSelect", 1, "the pool is broken");
        }
        MiningFixture.pass(selectHangs, timeline);
        return chosen;
    }

    /** As Venus does where its wallet has no key: the block comes without a signature. */
    @Override
    public Block minerCreateBlock(BlockTemplate template) {
        if (refusesToCreate.isPresent()) {
            throw RpcException.answered("MinerCreateBlock", 1, refusesToCreate.get());
        }
        if (failsWithMessages && !template.messages().isEmpty()) {
            throw RpcException.answered("MinerCreateBlock", 1, "applying a message: nonce too low");
        }
        created.add(template);
        return new Block(
                making.apply(header(
                        template.miner(),
                        Optional.of(template.ticket()),
                        Optional.of(template.electionProof()),
                        template.beaconEntries(),
                        template.winningPoStProof(),
                        template.parents().cids(),
                        template.epoch().value(),
                        MessageMeta.of(List.of(), List.of()).cid(),
                        template.timestamp())),
                List.of(),
                List.of());
    }

    @Override
    public void syncSubmitBlock(Block block) {
        var header = block.header();
        if (Instant.ofEpochSecond(header.timestamp()).isAfter(timeline.instant())) {
            throw RpcException.answered("SyncSubmitBlock", 1, "block was from the future");
        }
        if (header.height().value() == refusesEpoch) {
            throw RpcException.answered("SyncSubmitBlock", 1, "bad block");
        }
        submitted.add(block);
        if (unreachable > 0) {
            unreachable--;
            throw RpcException.unanswered(RpcErrorCode.NODE_UNREACHABLE, "SyncSubmitBlock", "connection refused");
        }
        if (header.height().equals(head.height())
                && header.parents().equals(head.parents().cids())) {
            var beside = new ArrayList<>(head.blocks());
            if (!beside.contains(header)) {
                beside.add(header);
            }
            head = remember(TipSet.of(beside));
        } else if (header.height().isAfter(head.height())) {
            head = remember(TipSet.of(List.of(header)));
        }
    }
}
