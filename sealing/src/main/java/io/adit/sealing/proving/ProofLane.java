package io.adit.sealing.proving;

import io.adit.core.fil.Epoch;
import io.adit.core.time.Timeline;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The places in which window proofs are made at the same time. While all are taken the next partition is read, so that a slow
 * disk costs the worker nothing; one more only, since what was read lies on a disk of the node's until its proof is made. Of those
 * that wait the one goes first whose window closes first. A real proof never waits for one that is made for a look.
 */
final class ProofLane {
    /** What no window waits for waits for every window. */
    private static final Epoch LAST = new Epoch(Long.MAX_VALUE);

    private final int width;
    private final UrgentPlaces places;
    private final UrgentPlaces copies;
    private final DryRuns dryRuns;
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger due = new AtomicInteger();

    /** @param places at least 1 */
    ProofLane(int places, DryRuns dryRuns, Timeline timeline) {
        this.width = places;
        this.places = new UrgentPlaces(places, timeline);
        this.copies = new UrgentPlaces(places + 1, timeline);
        this.dryRuns = dryRuns;
    }

    /**
     * Begins a real proof, be it its window's first or one that must be made again; stops a look first. Waits until its sectors
     * may be read.
     *
     * @param closes when the window does
     * @param left asked again and again: the time until the proof must be made
     */
    Turn forWindow(Epoch closes, Supplier<Duration> left) throws InterruptedException {
        // Before the look is stopped: one that begins after that finds this one here.
        due.incrementAndGet();
        try {
            dryRuns.stop();
            copies.acquire(closes);
        } catch (InterruptedException | RuntimeException | Error e) {
            due.decrementAndGet();
            throw e;
        }
        return new Turn(closes, left, true);
    }

    /** Whether a real proof is being made or waits to be: no look is to begin. */
    boolean isWanted() {
        return due.get() > 0;
    }

    /** Begins a proof for a look. */
    Turn forLook(Supplier<Duration> left) {
        return new Turn(LAST, left, false);
    }

    /** Closed when the proof is made, or given up. */
    final class Turn implements ProofTurn, AutoCloseable {
        private final Epoch closes;
        private final Supplier<Duration> left;
        private final boolean isReal;
        private boolean hasPlace;

        private Turn(Epoch closes, Supplier<Duration> left, boolean isReal) {
            this.closes = closes;
            this.left = left;
            this.isReal = isReal;
        }

        @Override
        public Duration left() {
            return left.get();
        }

        @Override
        public boolean mustWait() {
            return !hasPlace && taken.get() >= width;
        }

        @Override
        public int rounds() {
            return Math.max(1, Math.ceilDiv(due.get(), width));
        }

        @Override
        public void take() throws InterruptedException {
            if (isReal) {
                dryRuns.stop();
            } else {
                // What it did until now may have passed over that it was stopped.
                dryRuns.requireNotStopped();
            }
            places.acquire(closes);
            taken.incrementAndGet();
            hasPlace = true;
        }

        @Override
        public void close() {
            if (hasPlace) {
                hasPlace = false;
                taken.decrementAndGet();
                places.release();
            }
            if (isReal) {
                due.decrementAndGet();
                copies.release();
            }
        }
    }
}
