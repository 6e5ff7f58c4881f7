package io.adit.ops.life;

import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PoStPartition;
import io.adit.chain.actor.SubmitWindowedPoStParams;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.chain.type.PoStProof;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.PrivateKey;
import io.adit.devnet.Devnet;
import io.adit.devnet.chain.ChainSettings;
import io.adit.devnet.chain.Production;
import io.adit.devnet.policy.ChainPolicy;
import io.adit.devnet.rpc.RpcServer;
import io.adit.ops.daemon.LocalChain;
import io.adit.ops.daemon.NodeHome;
import io.adit.proofs.SealedSectorFixture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /** Epochs that are made up for at once when the chain begins, for init and sealing. */
    private static final long AHEAD = 900;

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
        return Devnet.open(folder.resolve("chain"), settings, GivenSector.judge(), production, Duration.ZERO);
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
        return node().stateSectorPartition(miner, GivenSector.number(), TipSetKey.EMPTY)
                .deadline();
    }

    /** Makes the node's home and gives its miner power; then hands the blocks over, a few epochs before the next window. */
    void settle() throws IOException {
        var flying = clock.scheduleWithFixedDelay(() -> devnet.advance(1), 0, 50, TimeUnit.MILLISECONDS);
        var made = LocalChain.init(
                home,
                devnet,
                server.apiInfo(),
                Optional.empty(),
                Map.of("proofs.params-dir", Town.parameters().toString()));
        flying.cancel(false);
        miner = made.miner();
        var worker = home.keystore(Map.of(), new SecureRandom()).export(made.worker());
        GivenSector.store(home, miner);
        GivenSector.commit(devnet, miner, worker);
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

    /** The sector's window, as long as the node does not prove it itself. */
    private final class Window {
        private final PrivateKey worker;
        private final long deadline;
        private final long partition;
        private long proven = -1;

        Window(PrivateKey worker) {
            this.worker = worker;
            var at = node().stateSectorPartition(miner, GivenSector.number(), TipSetKey.EMPTY);
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
            GivenSector.push(
                    devnet,
                    miner,
                    worker,
                    TokenAmount.ZERO,
                    MinerMethod.SUBMIT_WINDOWED_POST,
                    new SubmitWindowedPoStParams(
                            deadline,
                            List.of(new PoStPartition(partition, BitField.of())),
                            List.of(new PoStProof(
                                    SealedSectorFixture.PROOF_TYPE.windowPoSt().number(), GivenSector.TAKEN_AS_VALID)),
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
