package io.adit.sealing.proving;

import io.adit.chain.type.DeadlineInfo;
import io.adit.chain.type.TipSet;
import io.adit.core.error.AditException;
import io.adit.sealing.SealingError;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets an operator's proof for nobody run only while no real one needs its worker: it is not begun while one is made or soon
 * will be, and is stopped when one falls due after all.
 */
final class DryRuns {

    /** Of an open window: within so much of its length before the next challenge is known, nothing is begun any more. */
    private static final long NEAR_SHARE = 6;

    private final BooleanSupplier proving;
    private final Object lock = new Object();
    private @Nullable Thread running;
    private boolean stopped;

    DryRuns(BooleanSupplier proving) {
        this.proving = proving;
    }

    /** What a dry run does. */
    @FunctionalInterface
    interface Run<T> {
        T make() throws InterruptedException;
    }

    /**
     * Runs it, unless something real is due.
     *
     * @param dueSoon whether the next window has anything to prove
     * @throws AditException {@code PROVING_BUSY}
     */
    <T> T run(DeadlineInfo now, long challengeConfidence, TipSet head, BooleanSupplier dueSoon, Run<T> run)
            throws InterruptedException {
        long until = now.challenge()
                .plus(now.wPoStChallengeWindow() + challengeConfidence)
                .minus(head.height());
        if (until > 0 && until * NEAR_SHARE <= now.wPoStChallengeWindow() && dueSoon.getAsBoolean()) {
            throw busy("the challenge of the next window is known in " + until
                    + " epochs, and its proofs must not wait; ask again once they are done");
        }
        begin();
        try {
            // Only now: from here on one that is started stops this one.
            if (proving.getAsBoolean()) {
                throw busy("a real one is being made and must not wait; ask again once it is done");
            }
            return run.make();
        } catch (InterruptedException | AditException e) {
            if (isStopped()) {
                throw busy("a window fell due and its proofs must not wait; ask again once they are done");
            }
            throw e;
        } finally {
            end();
        }
    }

    private static AditException busy(String why) {
        return new AditException(SealingError.PROVING_BUSY, "computing a window proof for a look: " + why);
    }

    private void begin() {
        synchronized (lock) {
            if (running != null) {
                throw busy("another one is being made for a look");
            }
            running = Thread.currentThread();
            stopped = false;
        }
    }

    private void end() {
        synchronized (lock) {
            running = null;
            // An interruption of ours that came too late must not end what the thread does next.
            if (stopped && Thread.interrupted()) {
                stopped = false;
            }
        }
    }

    /** For a look that goes on from one proof to the next. */
    void requireNotStopped() throws InterruptedException {
        if (isStopped()) {
            throw new InterruptedException("a real proof needs the place");
        }
    }

    private boolean isStopped() {
        synchronized (lock) {
            return stopped;
        }
    }

    /** Stops the one that runs, since something real is due. */
    void stop() {
        synchronized (lock) {
            if (running != null) {
                stopped = true;
                running.interrupt();
            }
        }
    }
}
