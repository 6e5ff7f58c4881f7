package io.adit.chain.f3;

import io.adit.chain.node.F3ParticipationLease;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.time.Strand;
import io.adit.core.time.Timeline;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a lease on F3 instances at the full node, so that the node votes for the miner (Lotus {@code
 * F3GetOrRenewParticipationTicket}, {@code F3Participate}).
 *
 * <p>A lease is looked at by taking part again with the same ticket: the node answers with the instance that runs and with what is
 * left, and a node that was restarted has its lease back. lotus-miner waits by the manifest's pace instead; where instances are
 * faster than that, as in the recordings, its lease is over before it looks. A ticket is renewed by showing the last one, and
 * that one is kept on disk: a node that did not issue it refuses another until its instances are over, which is what keeps two
 * nodes from voting for one miner.
 */
public final class F3Participation implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(F3Participation.class);
    private static final Duration CLOSE_GRACE = Duration.ofSeconds(3);
    private static final String REFUSALS = "adit_f3_refusals";

    private final Address miner;
    private final FullNode node;
    private final F3Tickets tickets;
    private final F3Settings settings;
    private final Timeline timeline;
    private final MeterRegistry registry;
    private final F3Pace pace;
    private volatile F3Status status = new F3Status.Waiting(F3Refusal.NOT_READY, "nothing was asked of the node yet");
    private volatile boolean closed;
    private volatile @Nullable Strand strand;
    private Optional<byte[]> ticket = Optional.empty();
    private boolean keyMissing;
    private int failures;
    private long lastGood;

    /**
     * Prepares; {@link #start} begins.
     *
     * @param miner an ID address: Lotus takes no other here
     */
    public F3Participation(
            Address miner,
            FullNode node,
            F3Tickets tickets,
            F3Settings settings,
            Timeline timeline,
            MeterRegistry registry) {
        this.miner = miner;
        this.node = node;
        this.tickets = tickets;
        this.settings = settings;
        this.timeline = timeline;
        this.registry = registry;
        this.pace = new F3Pace(settings);
        Gauge.builder("adit_f3_participating", this, self -> self.status.participating() ? 1 : 0)
                .register(registry);
        Gauge.builder("adit_f3_instance", this, F3Participation::instance).register(registry);
    }

    private static double instance(F3Participation self) {
        return self.status instanceof F3Status.Participating on
                ? (double) on.lease().fromInstance()
                : Double.NaN;
    }

    /** Begins; returns at once. */
    public void start() {
        strand = timeline.start(Strand.Kind.VIRTUAL, "f3-participation", this::run);
    }

    /** How it stands. */
    public F3Status status() {
        return status;
    }

    private void run() {
        lastGood = timeline.nanoTime();
        try {
            while (!closed) {
                timeline.sleep(step());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks once for what is to be asked for now; answers how long to wait then. */
    private Duration step() {
        boolean fresh = ticket.isEmpty();
        try {
            if (fresh) {
                ticket = Optional.of(node.f3GetOrRenewParticipationTicket(miner, tickets.last(), settings.instances()));
            }
            var lease = node.f3Participate(ticket.orElseThrow());
            return leased(lease, fresh);
        } catch (RpcException e) {
            return refused(F3Refusal.of(e), e.nodeMessage(), fresh);
        } catch (RuntimeException e) {
            // Whatever it was, the votes of years hang on this strand.
            LOG.debug("F3", e);
            return refused(F3Refusal.OTHER, String.valueOf(e.getMessage()), fresh);
        }
    }

    private Duration leased(F3ParticipationLease lease, boolean fresh) {
        failures = 0;
        lastGood = timeline.nanoTime();
        remember(ticket.orElseThrow());
        if (fresh) {
            keyMissing = lacksKey();
            registry.counter("adit_f3_leases").increment();
        }
        become(new F3Status.Participating(lease, keyMissing));
        pace.saw(lease, lastGood);
        if (lease.validityTerm() > settings.renewWithin()) {
            return pace.untilNextLook();
        }
        ticket = Optional.empty();
        return fresh ? settings.shortestCheck() : Duration.ZERO;
    }

    private void remember(byte[] accepted) {
        if (!tickets.last().filter(last -> Arrays.equals(last, accepted)).isPresent()) {
            tickets.keep(accepted);
        }
    }

    /** Lotus signs votes with the worker's key in its own wallet; it says nothing to us when the key is not there. */
    private boolean lacksKey() {
        try {
            var worker = node.stateMinerInfo(miner, TipSetKey.EMPTY).worker();
            return !node.walletHas(node.stateAccountKey(worker, TipSetKey.EMPTY));
        } catch (AditException e) {
            LOG.debug("F3: whether the node has the worker's key is not known: {}", e.getMessage());
            return false;
        }
    }

    private Duration refused(F3Refusal refusal, String why, boolean fresh) {
        registry.counter(REFUSALS, "reason", refusal.name()).increment();
        return switch (refusal) {
            case DISABLED, UNSUPPORTED -> {
                become(new F3Status.Off(
                        refusal == F3Refusal.DISABLED
                                ? "the full node has F3 switched off"
                                : "the full node has no F3"));
                ticket = Optional.empty();
                failures = 0;
                yield settings.offPause();
            }
            case TICKET_EXPIRED -> {
                ticket = Optional.empty();
                // The old one ran out between two looks: ask for the next at once. A new one that did: not in a circle.
                yield fresh ? pause(refusal, why) : Duration.ZERO;
            }
            case ISSUER_MISMATCH, STARTS_BEFORE_LEASE -> {
                ticket = Optional.empty();
                yield pause(refusal, why);
            }
            case TICKET_INVALID -> {
                ticket = Optional.empty();
                forgetUnreadable();
                yield pause(refusal, why);
            }
            default -> pause(refusal, why);
        };
    }

    /** A ticket that the node cannot read may be another node's lease; it is believed for so long and no longer. */
    private void forgetUnreadable() {
        if (timeline.nanoTime() - lastGood > settings.invalidPatience().toNanos()) {
            tickets.drop();
        }
    }

    private Duration pause(F3Refusal refusal, String why) {
        become(new F3Status.Waiting(refusal, why));
        double longer = settings.firstPause().toMillis() * Math.pow(1.5, Math.min(failures++, 30));
        return Duration.ofMillis(Math.min((long) longer, settings.longestPause().toMillis()));
    }

    private void become(F3Status next) {
        var before = status;
        status = next;
        boolean news = before.getClass() != next.getClass()
                || (next instanceof F3Status.Waiting now
                        && before instanceof F3Status.Waiting then
                        && now.refusal() != then.refusal());
        if (!news) {
            return;
        }
        if (next instanceof F3Status.Waiting) {
            LOG.warn("F3: {}", next.describe());
        } else {
            LOG.info("F3: {}", next.describe());
        }
    }

    @Override
    public void close() {
        closed = true;
        var running = strand;
        if (running == null) {
            return;
        }
        running.interrupt();
        try {
            running.join(CLOSE_GRACE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
