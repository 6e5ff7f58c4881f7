package io.adit.ops.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PoStPartition;
import io.adit.chain.actor.PreCommitSectorBatch2Params;
import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.chain.actor.SectorActivationManifest;
import io.adit.chain.actor.SectorPreCommitInfo;
import io.adit.chain.actor.SubmitWindowedPoStParams;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.CborRecord;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.chain.type.Message;
import io.adit.chain.type.PoStProof;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.PrivateKey;
import io.adit.devnet.Devnet;
import io.adit.devnet.chain.ChainSettings;
import io.adit.devnet.chain.Production;
import io.adit.devnet.policy.ChainPolicy;
import io.adit.devnet.rpc.RpcServer;
import io.adit.ops.daemon.NodeHome;
import io.adit.ops.daemon.NodeInit;
import io.adit.proofs.PartialProofs;
import io.adit.proofs.Proofs;
import io.adit.proofs.ProofsTestKit;
import io.adit.proofs.PublicReplica;
import io.adit.proofs.SealVerification;
import io.adit.proofs.SealedSectorFixture;
import io.adit.sealing.storage.PathSettings;
import io.adit.sealing.storage.SectorFileType;
import io.adit.sealing.storage.SpaceProbe;
import io.adit.sealing.storage.StoragePaths;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A devnet on the true time whose blocks a miner must make, and the home of that miner's node with one really sealed sector. Until
 * the miner has power the epochs fly by; then they are of mainnet's thirty seconds, of which a winning proof takes some.
 */
final class MinersTown implements AutoCloseable {
    static final Duration BLOCK = Duration.ofSeconds(30);

    private static final ChainPolicy POLICY = ChainPolicy.fast();
    private static final Duration FLYING = POLICY.blockTime();

    /** Blocks have their time in whole seconds. */
    private static final Duration PRESENT = Duration.ofSeconds(2);

    private static final byte[] TAKEN_AS_VALID = new byte[192];
    private static final long LIFETIME = 200 * 2880L;
    private static final long GAS = 2_000_000_000L;

    /** Epochs that are made up for at once when the chain begins, for init and sealing. */
    private static final long AHEAD = 900;

    private static final SealedSectorFixture SECTOR = SealedSectorFixture.get();

    private final Path folder;
    private final NodeHome home;
    private final InetSocketAddress address;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private volatile Devnet devnet;
    private RpcServer server;
    private Optional<Future<?>> ticking = Optional.empty();
    private Address miner = Address.ofId(0);

    /** When the devnet's last epoch was, and which; from there on epochs take {@link #BLOCK}. */
    private volatile long trueSince = Long.MAX_VALUE;

    private volatile Instant trueFrom = Instant.MAX;

    /** Real proofs of space and time, but a seal's and the first window's are the test's own. */
    private static final class Judge extends PartialProofs {
        private final Proofs real = ProofsTestKit.proofs();

        @Override
        public boolean verifySeal(SealVerification seal) {
            return Arrays.equals(seal.proof(), TAKEN_AS_VALID);
        }

        @Override
        public boolean verifyWindowPoSt(
                Randomness randomness,
                List<io.adit.proofs.PoStProof> given,
                List<PublicReplica> replicas,
                ActorId prover) {
            return Arrays.equals(given.getFirst().proof(), TAKEN_AS_VALID)
                    || real.verifyWindowPoSt(randomness, given, replicas, prover);
        }

        @Override
        public List<Long> winningPoStChallenge(
                RegisteredPoStProof proof, Randomness randomness, ActorId prover, long eligible) {
            return real.winningPoStChallenge(proof, randomness, prover, eligible);
        }

        @Override
        public boolean verifyWinningPoSt(
                Randomness randomness,
                List<io.adit.proofs.PoStProof> given,
                List<PublicReplica> replicas,
                ActorId prover) {
            return real.verifyWinningPoSt(randomness, given, replicas, prover);
        }

        @Override
        public String version() {
            return "the test's judge";
        }
    }

    MinersTown(Path folder) throws IOException {
        this.folder = folder;
        this.home = new NodeHome(folder.resolve("node"));
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), free.getLocalPort());
        }
        this.devnet = open(Production.BY_DEVNET, FLYING);
        this.server = devnet.serve(address, new SecureRandom());
    }

    private Devnet open(Production production, Duration blockTime) throws IOException {
        var genesis = Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(FLYING.multipliedBy(AHEAD));
        var settings = new ChainSettings(POLICY.withBlockTime(blockTime), SectorSize.KIB_2, 29, genesis, new byte[32]);
        return Devnet.open(folder.resolve("chain"), settings, new Judge(), production, Duration.ZERO);
    }

    FullNode node() {
        return devnet.node();
    }

    Devnet devnet() {
        return devnet;
    }

    NodeHome home() {
        return home;
    }

    Address miner() {
        return miner;
    }

    /** The one in which the sector is proven. */
    long deadline() {
        return node().stateSectorPartition(miner, SECTOR.sector().number(), TipSetKey.EMPTY)
                .deadline();
    }

    /** Makes the node's home and gives its miner power; then hands the blocks over, a few epochs before the next window. */
    void settle() throws IOException {
        var flying = clock.scheduleWithFixedDelay(() -> devnet.advance(1), 0, 50, TimeUnit.MILLISECONDS);
        var made = init();
        flying.cancel(false);
        miner = made.miner();
        var worker = home.keystore(Map.of(), new SecureRandom()).export(made.worker());
        storeSector();
        commit(worker);
        var window = new Window(worker);
        while (!window.isProvenAndLookedBackTo() || window.untilNext() != 4 || isInThePast()) {
            window.proveIfOpen();
            if (!isInThePast()) {
                LockSupport.parkNanos(FLYING.toNanos());
            }
            devnet.advance(1);
        }
        handOver();
    }

    private boolean isInThePast() {
        return Instant.ofEpochSecond(node().chainHead().minTicketBlock().timestamp())
                .isBefore(Instant.now().minus(PRESENT));
    }

    /** From now on the miner makes the blocks or nobody does. */
    private void handOver() throws IOException {
        server.close();
        devnet.close();
        devnet = open(Production.BY_MINERS, BLOCK);
        server = devnet.serve(address, new SecureRandom());
        trueSince = devnet.epoch();
        trueFrom = Instant.ofEpochSecond(node().chainHead().minTicketBlock().timestamp());
        ticking = Optional.of(clock.scheduleWithFixedDelay(this::tick, 0, 100, TimeUnit.MILLISECONDS));
    }

    /** An epoch begins half a block before its time, as a beacon's entry is there before. */
    private void tick() {
        var next = trueFrom.plus(BLOCK.multipliedBy(devnet.epoch() + 1 - trueSince))
                .minus(BLOCK.dividedBy(2));
        if (!Instant.now().isBefore(next)) {
            devnet.advance(1);
        }
    }

    private NodeInit.Made init() throws IOException {
        var init = new NodeInit(home, node(), Map.of(), new SecureRandom(), line -> {
            if (line.startsWith("fund ")) {
                devnet.ledger().fund(Address.parse(line.split(" ", -1)[1]), TokenAmount.ofFil(5000));
            }
        });
        return init.run(new NodeInit.Choice(
                server.apiInfo(),
                SectorSize.KIB_2,
                Optional.empty(),
                Optional.empty(),
                true,
                Map.of(
                        "node.api-listen", "127.0.0.1:0",
                        "retrieval.http-listen", "127.0.0.1:0",
                        "market.libp2p-listen", "/ip4/127.0.0.1/tcp/0",
                        "proofs.params-dir", Town.parameters().toString()),
                Duration.ofMinutes(1)));
    }

    private void storeSector() throws IOException {
        var directory = home.load(Map.of(), Map.of()).storage().paths().getFirst();
        var paths = StoragePaths.open(
                home.directory().resolve("storage.json"), SpaceProbe.ofSystem(), InstantSource.system());
        var path = paths.init(directory, PathSettings.create(UUID.randomUUID(), true, true));
        var id = new SectorId(
                new ActorId(miner.id().orElseThrow()), SECTOR.sector().number());
        Files.copy(SECTOR.files().sealed(), path.file(id, SectorFileType.SEALED));
        var cache = Files.createDirectories(path.file(id, SectorFileType.CACHE));
        try (var entries = Files.list(SECTOR.files().cache())) {
            for (var entry : entries.toList()) {
                Files.copy(entry, cache.resolve(entry.getFileName().toString()));
            }
        }
    }

    private void commit(PrivateKey worker) {
        var head = node().chainHead().height();
        var number = SECTOR.sector().number();
        var info = new SectorPreCommitInfo(
                SECTOR.proofType().number(),
                number,
                SECTOR.commitments().commR().asSealedCid(),
                head.minus(1),
                List.of(),
                head.plus(LIFETIME + 100_000),
                Optional.empty());
        run(worker, 1_000, MinerMethod.PRE_COMMIT_SECTOR_BATCH2, new PreCommitSectorBatch2Params(List.of(info)));
        var at = node().stateSectorPreCommitInfo(miner, number, TipSetKey.EMPTY)
                .orElseThrow()
                .preCommitEpoch();
        devnet.advanceTo(at.value() + 11);
        run(
                worker,
                1_000,
                MinerMethod.PROVE_COMMIT_SECTORS3,
                new ProveCommitSectors3Params(
                        List.of(new SectorActivationManifest(number, List.of())),
                        List.of(TAKEN_AS_VALID),
                        new byte[0],
                        Optional.empty(),
                        true,
                        true));
    }

    private void run(PrivateKey worker, long fil, MinerMethod method, CborRecord params) {
        var cid = push(worker, fil, method, params);
        devnet.advance(2);
        var receipt = node().stateSearchMsg(TipSetKey.EMPTY, cid, -1, true)
                .orElseThrow()
                .receipt();
        assertThat(receipt.exitCode()).as(method.methodName()).isZero();
    }

    private Cid push(PrivateKey worker, long fil, MinerMethod method, CborRecord params) {
        var message = new Message(
                0,
                miner,
                worker.address(),
                node().mpoolGetNonce(worker.address()),
                TokenAmount.ofFil(fil),
                GAS,
                TokenAmount.ofAtto(1_000_000),
                TokenAmount.ofAtto(100_000),
                method.number(),
                params.toCbor());
        return node().mpoolPush(new SignedMessage(message, worker.sign(message.signingBytes())));
    }

    /** The sector's window, as long as the node does not prove it itself. */
    private final class Window {
        private final PrivateKey worker;
        private final long deadline;
        private final long partition;
        private long proven = -1;

        Window(PrivateKey worker) {
            this.worker = worker;
            var at = node().stateSectorPartition(miner, SECTOR.sector().number(), TipSetKey.EMPTY);
            this.deadline = at.deadline();
            this.partition = at.partition();
        }

        private long open() {
            var now = node().stateMinerProvingDeadline(miner, TipSetKey.EMPTY);
            long open = now.periodStart().value() + deadline * now.wPoStChallengeWindow();
            return open + now.wPoStChallengeWindow() <= devnet.epoch() ? open + now.wPoStProvingPeriod() : open;
        }

        /** Epochs until it opens next; not positive while it is open. */
        long untilNext() {
            return open() - devnet.epoch();
        }

        boolean isProvenAndLookedBackTo() {
            return proven >= 0 && devnet.epoch() > proven + POLICY.winningPoStLookback() + 2;
        }

        void proveIfOpen() {
            if (untilNext() > 0 || proven >= open()) {
                return;
            }
            proven = devnet.epoch();
            var challenge =
                    node().stateMinerProvingDeadline(miner, TipSetKey.EMPTY).challenge();
            var randomness = node().stateGetRandomnessFromTickets(
                            DomainSeparationTag.POST_CHAIN_COMMIT.number(), challenge, new byte[0], TipSetKey.EMPTY);
            push(
                    worker,
                    0,
                    MinerMethod.SUBMIT_WINDOWED_POST,
                    new SubmitWindowedPoStParams(
                            deadline,
                            List.of(new PoStPartition(partition, BitField.of())),
                            List.of(new PoStProof(
                                    SECTOR.proofType().windowPoSt().number(), TAKEN_AS_VALID)),
                            challenge,
                            randomness.bytes()));
        }
    }

    @Override
    public void close() {
        ticking.ifPresent(ticks -> ticks.cancel(false));
        clock.shutdownNow();
        server.close();
        devnet.close();
    }
}
