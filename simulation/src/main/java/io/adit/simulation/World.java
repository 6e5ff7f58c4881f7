package io.adit.simulation;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.AddBalanceParams;
import io.adit.chain.actor.ChangeWorkerAddressParams;
import io.adit.chain.actor.CreateMinerParams;
import io.adit.chain.actor.CreateMinerReturn;
import io.adit.chain.actor.MarketMethod;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PowerMethod;
import io.adit.chain.actor.PreCommitSectorBatch2Params;
import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.chain.actor.SectorActivationManifest;
import io.adit.chain.actor.SectorPreCommitInfo;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.chain.type.Message;
import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceTree;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Hashes;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import io.adit.core.time.Timeline;
import io.adit.devnet.Devnet;
import io.adit.devnet.chain.ChainSettings;
import io.adit.devnet.chain.Production;
import io.adit.devnet.policy.ChainPolicy;
import io.adit.proofs.Proofs;
import io.adit.proofs.SealVerification;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A chain on which a miner already proves: the devnet's own actors with mainnet's windows (60 epochs of 30 s, lookback 20,
 * cutoff 70) but few deadlines, so that a proving period is short, and sectors in all of them.
 */
final class World implements AutoCloseable {
    static final ChainPolicy POLICY =
            new ChainPolicy("simulation", 5, 60, 20, 70, 10, 2048, 20, Duration.ofSeconds(30));

    private static final RegisteredSealProof SEAL = RegisteredSealProof.STACKED_DRG_2KIB_V1_1;
    private static final PaddedSize SECTOR = new PaddedSize(2048);
    private static final long LIFETIME = 200 * 2880L;
    /** Enough for many days of an ordinary base fee, and not for a storm. */
    private static final TokenAmount CONTROL_BALANCE = TokenAmount.ofFil(20);

    private static final long GAS = 2_000_000_000L;
    /** Enough for a plain transfer. */
    private static final long SMALL = 10_000_000L;

    private static final TokenAmount FEE_CAP = TokenAmount.ofAtto(1_000_000);

    private final Devnet devnet;
    private final PrivateKey worker;
    private final Address miner;
    private final List<SectorNumber> sectors;

    private World(Devnet devnet, PrivateKey worker, Address miner, List<SectorNumber> sectors) {
        this.devnet = devnet;
        this.worker = worker;
        this.miner = miner;
        this.sectors = List.copyOf(sectors);
    }

    /** Makes the chain and seals the sectors, all at once and with nothing going wrong. */
    static World make(Instant genesis, SimulatedProofs verifier, int sectors) {
        return make(genesis, verifier, sectors, List.of());
    }

    /** As {@link #make(Instant, SimulatedProofs, int)}, with control addresses that the chain knows and that hold money. */
    static World make(Instant genesis, SimulatedProofs verifier, int sectors, List<Address> control) {
        return make(genesis, sectors, control, settings -> Devnet.simulated(settings, verifier));
    }

    /** As {@link #make(Instant, SimulatedProofs, int)}, with blocks made by the miner once it has power. */
    static World ofMiner(Instant genesis, SimulatedProofs verifier, int sectors, Timeline timeline) {
        return make(
                genesis,
                sectors,
                List.of(),
                settings -> Devnet.simulated(settings, verifier, Production.BY_MINERS, timeline));
    }

    /** A miner with one sector, number 0, of which the replica is given; its seal is simulated all the same. */
    static World ofReplica(Instant genesis, Proofs verifier, Commitment replica) {
        return make(genesis, 1, List.of(), number -> replica, settings -> Devnet.simulated(settings, verifier));
    }

    private static World make(
            Instant genesis, int sectors, List<Address> control, Function<ChainSettings, Devnet> begin) {
        return make(genesis, sectors, control, World::commR, begin);
    }

    private static World make(
            Instant genesis,
            int sectors,
            List<Address> control,
            Function<SectorNumber, Commitment> replicas,
            Function<ChainSettings, Devnet> begin) {
        var settings = new ChainSettings(POLICY, SEAL.sectorSize(), 29, genesis, Hashes.sha256(new byte[] {1}));
        var devnet = begin.apply(settings);
        var worker = workerKey();
        devnet.ledger().fund(worker.address(), TokenAmount.ofFil(100_000));
        control.forEach(address -> devnet.ledger().fund(address, CONTROL_BALANCE));
        devnet.advance(2);
        var node = devnet.node();
        var created = run(
                devnet,
                worker,
                Actor.POWER,
                node.stateMinerCreationDeposit(TipSetKey.EMPTY),
                PowerMethod.CREATE_MINER.number(),
                new CreateMinerParams(
                                worker.address(),
                                worker.address(),
                                SEAL.windowPoSt().number(),
                                new byte[0],
                                List.of())
                        .toCbor());
        var miner = CreateMinerReturn.fromCbor(created.returnValue()).idAddress();
        if (!control.isEmpty()) {
            run(
                    devnet,
                    worker,
                    miner,
                    TokenAmount.ZERO,
                    MinerMethod.CHANGE_WORKER_ADDRESS.number(),
                    new ChangeWorkerAddressParams(worker.address(), control).toCbor());
        }
        var numbers = new ArrayList<SectorNumber>();
        for (int number = 0; number < sectors; number++) {
            numbers.add(new SectorNumber(number));
        }
        seal(devnet, worker, miner, numbers, replicas);
        return new World(devnet, worker, miner, numbers);
    }

    /** The key of the miner's worker, the same in every world. */
    static PrivateKey workerKey() {
        var scalar = Hashes.sha256("worker".getBytes(StandardCharsets.UTF_8));
        scalar[0] &= 0x3f;
        // The power actor wants a worker whose key is BLS.
        return PrivateKey.of(SignatureType.BLS, scalar);
    }

    /** Keys of control addresses, the same in every world. */
    static List<PrivateKey> controlKeys() {
        return List.of(controlKey("proofs"), controlKey("declarations"));
    }

    private static PrivateKey controlKey(String purpose) {
        // Quicker to sign with than BLS.
        return PrivateKey.of(SignatureType.SECP256K1, Hashes.sha256(purpose.getBytes(StandardCharsets.UTF_8)));
    }

    private static void seal(
            Devnet devnet,
            PrivateKey worker,
            Address miner,
            List<SectorNumber> numbers,
            Function<SectorNumber, Commitment> replicas) {
        var node = devnet.node();
        var head = node.chainHead().height();
        var preCommits = new ArrayList<SectorPreCommitInfo>();
        for (var number : numbers) {
            preCommits.add(new SectorPreCommitInfo(
                    SEAL.number(),
                    number,
                    replicas.apply(number).asSealedCid(),
                    head.minus(1),
                    List.of(),
                    head.plus(LIFETIME + 100_000),
                    Optional.empty()));
        }
        run(
                devnet,
                worker,
                miner,
                TokenAmount.ofFil(1_000),
                MinerMethod.PRE_COMMIT_SECTOR_BATCH2.number(),
                new PreCommitSectorBatch2Params(preCommits).toCbor());
        var at = node.stateSectorPreCommitInfo(miner, numbers.getFirst(), TipSetKey.EMPTY)
                .orElseThrow()
                .preCommitEpoch();
        devnet.advanceTo(at.value() + POLICY.preCommitChallengeDelay() + 1);
        var manifests = new ArrayList<SectorActivationManifest>();
        var proofs = new ArrayList<byte[]>();
        for (int i = 0; i < numbers.size(); i++) {
            manifests.add(new SectorActivationManifest(numbers.get(i), List.of()));
            proofs.add(SimulatedProofs.sealProof(
                    verification(node, miner, numbers.get(i), replicas.apply(numbers.get(i)), preCommits.get(i), at)));
        }
        run(
                devnet,
                worker,
                miner,
                TokenAmount.ofFil(10_000),
                MinerMethod.PROVE_COMMIT_SECTORS3.number(),
                new ProveCommitSectors3Params(manifests, proofs, new byte[0], Optional.empty(), true, true).toCbor());
    }

    private static SealVerification verification(
            FullNode node,
            Address miner,
            SectorNumber number,
            Commitment replica,
            SectorPreCommitInfo info,
            Epoch preCommitted) {
        var entropy = new CborWriter().bytes(miner.bytes()).toByteArray();
        return new SealVerification(
                SEAL,
                new SectorId(new ActorId(miner.id().orElseThrow()), number),
                replica,
                PieceTree.commD(List.of(), SECTOR),
                node.stateGetRandomnessFromTickets(
                        DomainSeparationTag.SEAL_RANDOMNESS.number(), info.sealRandEpoch(), entropy, TipSetKey.EMPTY),
                node.stateGetRandomnessFromBeacon(
                        DomainSeparationTag.INTERACTIVE_SEAL_CHALLENGE_SEED.number(),
                        preCommitted.plus(POLICY.preCommitChallengeDelay()),
                        entropy,
                        TipSetKey.EMPTY),
                new byte[0]);
    }

    private static Commitment commR(SectorNumber number) {
        var bytes = Hashes.sha256(("replica " + number.value()).getBytes(StandardCharsets.UTF_8));
        bytes[31] &= 0x1f;
        return Commitment.of(bytes);
    }

    /** Gives each of the keys a purse, and has it put a part of that into the market. To be done before the story begins. */
    void welcome(List<PrivateKey> clients, TokenAmount purse, TokenAmount escrow) {
        clients.forEach(client -> devnet.ledger().fund(client.address(), purse));
        devnet.advance(2);
        for (var client : clients) {
            run(
                    devnet,
                    client,
                    Actor.MARKET,
                    escrow,
                    MarketMethod.ADD_BALANCE.number(),
                    new AddBalanceParams(client.address()).toCbor());
        }
    }

    /** Has the worker send away what it holds, but for what a message or two may cost. To be done before the story begins. */
    void emptyPurse() {
        var held = node().stateGetActor(worker.address(), TipSetKey.EMPTY)
                .orElseThrow()
                .balance();
        push(devnet, worker, Actor.BURNT_FUNDS, held.minus(FEE_CAP.times(SMALL)), 0, new byte[0], SMALL);
        devnet.advance(2);
    }

    /** Gives the worker money; it arrives with a later block. */
    void fillPurse() {
        devnet.ledger().fund(worker.address(), TokenAmount.ofFil(1_000));
    }

    /** Sends a message of somebody who is not the provider; nobody looks what becomes of it. */
    void post(PrivateKey from, Address to, long method, byte[] params) {
        push(devnet, from, to, TokenAmount.ZERO, method, params, GAS);
    }

    private static MessageReceipt run(
            Devnet devnet, PrivateKey from, Address to, TokenAmount value, long method, byte[] params) {
        var node = devnet.node();
        Cid cid = push(devnet, from, to, value, method, params, GAS);
        devnet.advance(2);
        var receipt = node.stateSearchMsg(TipSetKey.EMPTY, cid, -1, true)
                .orElseThrow()
                .receipt();
        if (!receipt.isSuccess()) {
            throw new IllegalStateException(
                    "making the world: method " + method + " ended with exit code " + receipt.exitCode());
        }
        return receipt;
    }

    private static Cid push(
            Devnet devnet, PrivateKey from, Address to, TokenAmount value, long method, byte[] params, long gas) {
        var node = devnet.node();
        var message = new Message(
                0,
                to,
                from.address(),
                node.mpoolGetNonce(from.address()),
                value,
                gas,
                FEE_CAP,
                TokenAmount.ofAtto(100_000),
                method,
                params);
        return node.mpoolPush(new SignedMessage(message, from.sign(message.signingBytes())));
    }

    Devnet devnet() {
        return devnet;
    }

    FullNode node() {
        return devnet.node();
    }

    PrivateKey worker() {
        return worker;
    }

    Address miner() {
        return miner;
    }

    List<SectorNumber> sectors() {
        return sectors;
    }

    @Override
    public void close() {
        devnet.close();
    }
}
