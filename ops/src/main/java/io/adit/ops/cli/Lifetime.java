package io.adit.ops.cli;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/**
 * How long a command runs that has no end of its own: until the process is told to stop. What was opened after it is closed
 * before it, and the process lives until then.
 */
final class Lifetime implements AutoCloseable {
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    /** From here on a signal, and with {@code withParent} the end of standard input, is a request to stop. */
    void begin(boolean withParent) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stop.countDown();
            awaitQuietly(closed);
        }));
        if (withParent) {
            Thread.ofPlatform().daemon().name("parent-watch").start(this::awaitParentsEnd);
        }
    }

    void await() throws InterruptedException {
        stop.await();
    }

    private void awaitParentsEnd() {
        try {
            while (System.in.read() >= 0) {
                // Nothing is expected; only the end counts.
            }
        } catch (IOException e) {
            // A broken pipe says the same as its end.
        }
        stop.countDown();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
