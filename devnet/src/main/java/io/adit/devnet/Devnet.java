package io.adit.devnet;

import io.adit.core.ipld.Hashes;
import io.adit.core.time.SystemTimeline;
import io.adit.core.time.Timeline;
import io.adit.devnet.chain.Chain;
import io.adit.devnet.chain.ChainLog;
import io.adit.devnet.chain.ChainSettings;
import io.adit.devnet.chain.Production;
import io.adit.devnet.control.ControlMethods;
import io.adit.devnet.node.DevnetNode;
import io.adit.devnet.node.Ledger;
import io.adit.devnet.rpc.RpcFailures;
import io.adit.devnet.rpc.RpcServer;
import io.adit.proofs.Proofs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The devnet in process: a chain that stands still until it is stepped by {@link #advance} or started by {@link #start}, and
 * that may be served to others by {@link #serve}.
 */
public final class Devnet implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Devnet.class);
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Ledger ledger;
    private final DevnetNode node;
    private final Optional<ChainLog> log;
    private final Duration patience;
    private final ReentrantLock stepping = new ReentrantLock();
    private volatile boolean frozen;
    private volatile boolean holding;
    private volatile long heldNanos;
    private final AtomicInteger holds = new AtomicInteger();
    private volatile boolean closed;
    private Optional<Thread> clock = Optional.empty();

    private Devnet(Chain chain, Production production, Timeline timeline, Optional<ChainLog> log, Duration patience) {
        this.log = log;
        this.patience = patience;
        this.ledger = new Ledger(chain, production, timeline, log);
        log.ifPresent(ChainLog::forgetReplay);
        this.node = new DevnetNode(ledger);
    }

    /** A chain that is forgotten when it is closed. */
    public static Devnet inMemory(ChainSettings settings, Proofs proofs) {
        return inMemory(settings, proofs, Duration.ZERO);
    }

    /**
     * As {@link #inMemory(ChainSettings, Proofs)}.
     *
     * @param patience wall time for which the clock may stand before a deadline's last epoch while its sectors are unproven
     */
    public static Devnet inMemory(ChainSettings settings, Proofs proofs, Duration patience) {
        return inMemory(settings, proofs, Production.BY_DEVNET, patience);
    }

    /** As {@link #inMemory(ChainSettings, Proofs, Duration)}, with blocks made by whom {@code production} says. */
    public static Devnet inMemory(ChainSettings settings, Proofs proofs, Production production, Duration patience) {
        var chain = new Chain(settings, proofs, production, Optional.empty());
        return new Devnet(chain, production, new SystemTimeline(), Optional.empty(), patience);
    }

    /**
     * A chain for simulations: its own blocks and its beacon carry hashes in the place of BLS signatures, so that an epoch takes
     * a tenth of the time; whoever checks one of them finds it invalid. All else is as in other chains; providers' blocks are
     * checked as there, with their real signatures.
     */
    public static Devnet simulated(ChainSettings settings, Proofs proofs) {
        return simulated(settings, proofs, Production.BY_DEVNET, new SystemTimeline());
    }

    /**
     * As {@link #simulated(ChainSettings, Proofs)}.
     *
     * @param production who makes the blocks
     * @param timeline in which those who ask for what is not there yet (a beacon entry, a message's fate) wait
     */
    public static Devnet simulated(ChainSettings settings, Proofs proofs, Production production, Timeline timeline) {
        var chain = Chain.simulated(settings, proofs, production);
        return new Devnet(chain, production, timeline, Optional.empty(), Duration.ZERO);
    }

    /**
     * A chain kept in a directory; begun with the settings when the directory is empty, else continued. A chain that exists
     * keeps its seed and genesis time and takes on the block time.
     *
     * @throws IllegalArgumentException when the settings are otherwise not those that the chain was begun with
     */
    public static Devnet open(Path directory, ChainSettings settings, Proofs proofs, Duration patience)
            throws IOException {
        return open(directory, settings, proofs, Production.BY_DEVNET, patience);
    }

    /** As {@link #open(Path, ChainSettings, Proofs, Duration)}; who makes the blocks may change from run to run. */
    public static Devnet open(
            Path directory, ChainSettings settings, Proofs proofs, Production production, Duration patience)
            throws IOException {
        var begun = ChainLog.settings(directory);
        var agreed = begun.isPresent() ? settings.continuing(begun.get()) : settings;
        var log = Optional.of(ChainLog.open(directory));
        return new Devnet(new Chain(agreed, proofs, production, log), production, new SystemTimeline(), log, patience);
    }

    /** Whether nothing has happened on the chain yet: no block, no message. */
    public boolean isUntouched() {
        return epoch() == 0 && ledger.pending().isEmpty();
    }

    /** The chain as a provider's code sees it. */
    public DevnetNode node() {
        return node;
    }

    public Ledger ledger() {
        return ledger;
    }

    /** The epoch that has begun last; where the devnet makes the blocks, the height of the head. */
    public long epoch() {
        return ledger.now();
    }

    /** Whether the clock stands to let a proof come in. */
    public boolean holding() {
        return holding;
    }

    /** Wall time for which the clock stood, in all, to let late window proofs come in; a chain with true epochs has none. */
    public Duration held() {
        return Duration.ofNanos(heldNanos);
    }

    /** How often the clock stood for a late window proof. */
    public int holds() {
        return holds.get();
    }

    /** Stops or lets go the block clock; stepping by hand goes on working. */
    public void freeze(boolean stand) {
        frozen = stand;
    }

    /** Makes that many blocks; where providers make them, lets so many epochs begin. Returns the epoch reached. */
    public long advance(long blocks) {
        for (long made = 0; made < blocks && !closed; made++) {
            step();
        }
        return epoch();
    }

    /** Goes on as by {@link #advance} until that epoch or a later one is reached. */
    public long advanceTo(long epoch) {
        while (epoch() < epoch && !closed) {
            step();
        }
        return epoch();
    }

    /** Replaces the last {@code depth} tipsets by a longer fork. */
    public long reorg(int depth) {
        stepping.lock();
        try {
            return ledger.reorg(depth).height();
        } finally {
            stepping.unlock();
        }
    }

    private void step() {
        stepping.lock();
        try {
            hold();
            ledger.nextEpoch();
        } finally {
            holding = false;
            stepping.unlock();
        }
    }

    private void hold() {
        if (patience.isZero()) {
            return;
        }
        long since = System.nanoTime();
        long before = heldNanos;
        while (!closed && System.nanoTime() - since < patience.toNanos() && ledger.lastChanceAhead()) {
            if (!holding) {
                holding = true;
                holds.incrementAndGet();
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            heldNanos = before + System.nanoTime() - since;
        }
        if (holding && ledger.lastChanceAhead()) {
            LOG.warn("patience of {} is over: a deadline ends unproven at epoch {}", patience, epoch() + 1);
        }
    }

    /**
     * Starts the block clock.
     *
     * @param broken told, on the clock's thread, why it cannot go on; no further block comes by itself then
     */
    public void start(Consumer<Throwable> broken) {
        var thread = Thread.ofVirtual().name("devnet-clock").unstarted(() -> tick(broken));
        clock = Optional.of(thread);
        thread.start();
    }

    /** As {@link #start(Consumer)}; a broken clock is only logged. */
    public void start() {
        start(broken -> {});
    }

    private void tick(Consumer<Throwable> broken) {
        try {
            run();
        } catch (RuntimeException | Error failed) {
            LOG.error("going on after epoch {}", epoch(), failed);
            broken.accept(failed);
        }
    }

    private void run() {
        long interval = ledger.chain().settings().policy().blockTime().toNanos();
        long next = System.nanoTime() + interval;
        while (!closed) {
            long wait = next - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(wait);
                continue;
            }
            if (!frozen) {
                step();
            }
            // After a hold or a slow block the clock goes on from now: missed epochs are not made up for.
            next = Math.max(next + interval, System.nanoTime());
        }
    }

    /**
     * Serves the chain and its control path. API tokens stay good when the chain is taken up again, as Lotus's do; the control
     * token is new each time.
     */
    public RpcServer serve(InetSocketAddress address, SecureRandom random) {
        var named = new ByteArrayOutputStream();
        named.writeBytes(ledger.chain().settings().seed());
        named.writeBytes("api token".getBytes(StandardCharsets.UTF_8));
        var secret = Hashes.sha256(named.toByteArray());
        var control = new byte[32];
        random.nextBytes(control);
        var failures = new RpcFailures();
        return new RpcServer(
                address,
                node,
                new ControlMethods(this, failures),
                failures,
                secret,
                HexFormat.of().formatHex(control));
    }

    @Override
    public void close() {
        closed = true;
        clock.ifPresent(thread -> {
            LockSupport.unpark(thread);
            try {
                thread.join();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        stepping.lock();
        try {
            log.ifPresent(ChainLog::close);
        } finally {
            stepping.unlock();
        }
    }
}
