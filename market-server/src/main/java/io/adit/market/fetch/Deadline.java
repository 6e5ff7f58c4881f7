package io.adit.market.fetch;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;

/**
 * Closes a socket when it has not got as far as it should in time. A time-out on each read would not do: a server that
 * sends one byte now and then never meets it.
 */
final class Deadline implements AutoCloseable {
    private final Thread watch;
    private volatile boolean missed;

    Deadline(Closeable socket, Duration time) {
        watch = Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(time);
            } catch (InterruptedException e) {
                return;
            }
            missed = true;
            try {
                socket.close();
            } catch (IOException e) {
                // It was closed before.
            }
        });
    }

    /** Whether the socket was closed for being late. */
    boolean missed() {
        return missed;
    }

    /** It got there in time. */
    @Override
    public void close() {
        watch.interrupt();
    }
}
