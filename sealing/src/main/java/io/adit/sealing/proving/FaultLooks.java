package io.adit.sealing.proving;

import io.adit.core.fil.Epoch;
import io.adit.core.time.Strand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The looks at coming windows: each on a strand of its own, so that slow disks of one deadline keep nothing else waiting. One of
 * a window at a time, and one of it while each of the windows before it is open.
 */
final class FaultLooks {

    private static final Logger LOG = LoggerFactory.getLogger(FaultLooks.class);

    /** A window that is looked at while another one is open. */
    record Look(Epoch window, Epoch during) {}

    private final ProvingContext context;
    private final Lock lock;
    private final Condition ended;

    /** Rebuilt after a restart: looking again finds the same. */
    private final Set<Look> looked = new HashSet<>();

    /** Those under way, by the opening of their windows. */
    private final Map<Epoch, Strand> underWay = new TreeMap<>();

    /** Windows under way that have to be looked at once more, whatever comes of it. */
    private final Set<Epoch> stale = new HashSet<>();

    private final List<SeparateSteps.SomeFailed> failures = new ArrayList<>();

    FaultLooks(ProvingContext context) {
        this.context = context;
        this.lock = context.timeline().newLock();
        this.ended = lock.newCondition();
    }

    /** Forgets what was looked at while other windows than this one, and those after it, were open. */
    void forgetBefore(Epoch open) {
        lock.lock();
        try {
            looked.removeIf(look -> look.during().isBefore(open));
        } finally {
            lock.unlock();
        }
    }

    /** Begins a look, unless it was made or its window is being looked at. */
    void begin(Look look, long deadline, SeparateSteps.Step step) {
        lock.lock();
        try {
            if (!looked.contains(look) && !underWay.containsKey(look.window())) {
                var strand = context.timeline()
                        .start(Strand.Kind.PLATFORM, "post-faults-" + deadline, () -> run(look, deadline, step));
                underWay.put(look.window(), strand);
            }
        } finally {
            lock.unlock();
        }
    }

    private void run(Look look, long deadline, SeparateSteps.Step step) {
        var steps = new SeparateSteps(context.metrics());
        try {
            steps.run("looking for faults in deadline " + deadline, () -> {
                step.run();
                // Only now: what failed is looked at again before long, while there is still time.
                made(look);
            });
            steps.end();
        } catch (SeparateSteps.SomeFailed told) {
            failed(told);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (Error e) {
            // Memory may be short; the next head finds that it was not looked at.
            context.metrics().failed();
            LOG.error("looking for faults in deadline {} broke down", deadline, e);
        } finally {
            ended(look);
        }
    }

    private void made(Look look) {
        lock.lock();
        try {
            if (!stale.contains(look.window())) {
                looked.add(look);
            }
        } finally {
            lock.unlock();
        }
    }

    private void failed(SeparateSteps.SomeFailed told) {
        lock.lock();
        try {
            failures.add(told);
        } finally {
            lock.unlock();
        }
    }

    private void ended(Look look) {
        lock.lock();
        try {
            underWay.remove(look.window());
            stale.remove(look.window());
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Has the window looked at again, as if it had not been. */
    void again(Epoch window) {
        lock.lock();
        try {
            looked.removeIf(look -> look.window().equals(window));
            if (underWay.containsKey(window)) {
                stale.add(window);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for those under way, not for long.
     *
     * @return the failures of looks since this was asked last
     */
    List<SeparateSteps.SomeFailed> await(Duration patience) throws InterruptedException {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (!underWay.isEmpty() && left > 0) {
                left = ended.awaitNanos(left);
            }
            var told = List.copyOf(failures);
            failures.clear();
            return told;
        } finally {
            lock.unlock();
        }
    }

    boolean isBusy() {
        return !underWay().isEmpty();
    }

    List<Strand> underWay() {
        lock.lock();
        try {
            return List.copyOf(underWay.values());
        } finally {
            lock.unlock();
        }
    }
}
