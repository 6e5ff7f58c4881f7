package io.adit.core.time;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** Real time, JDK threads and JDK locks. */
public final class SystemTimeline implements Timeline {
    private final InstantSource clock;

    /** The machine's own clock. */
    public SystemTimeline() {
        this(InstantSource.system());
    }

    /** Another wall clock; waiting still takes real time. */
    public SystemTimeline(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Instant instant() {
        return clock.instant();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Strand start(Strand.Kind kind, String name, Runnable body) {
        return new ThreadStrand(
                switch (kind) {
                    case VIRTUAL -> Thread.ofVirtual().name(name).start(body);
                    case PLATFORM -> Thread.ofPlatform().daemon().name(name).start(body);
                });
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        Thread.sleep(duration);
    }

    @Override
    public Lock newLock() {
        return new ReentrantLock();
    }

    private record ThreadStrand(Thread thread) implements Strand {
        @Override
        public boolean isAlive() {
            return thread.isAlive();
        }

        @Override
        public void interrupt() {
            thread.interrupt();
        }

        @Override
        public boolean join(Duration patience) throws InterruptedException {
            return thread.join(patience);
        }
    }
}
