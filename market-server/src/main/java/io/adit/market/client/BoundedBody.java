package io.adit.market.client;

import io.adit.core.error.AditException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A response body that must not be longer than a limit nor stop coming: HTTP clients time out heads, not bodies. */
final class BoundedBody extends FilterInputStream {
    private final long limit;
    private final Duration stallTimeout;
    private final ScheduledExecutorService watchdog =
            Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory());
    // Written by the reader, read by the watchdog.
    private volatile long count;
    private volatile boolean stalled;
    private long countSeen = -1;

    BoundedBody(InputStream body, long limit, Duration stallTimeout) {
        super(body);
        this.limit = limit;
        this.stallTimeout = stallTimeout;
        long period = Math.max(1, stallTimeout.toMillis());
        var ignored = watchdog.scheduleAtFixedRate(this::check, period, period, TimeUnit.MILLISECONDS);
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] out, int offset, int length) throws IOException {
        int n;
        try {
            n = in.read(out, offset, length);
        } catch (IOException e) {
            throw stalled ? new IOException("nothing came for " + stallTimeout.toSeconds() + " s", e) : e;
        }
        if (n > 0) {
            long total = count + n;
            count = total;
            if (total > limit) {
                throw new AditException(
                        RetrievalErrorCode.RETRIEVAL_TOO_LARGE, "the provider sent more than " + limit + " bytes");
            }
        }
        return n;
    }

    @Override
    public void close() throws IOException {
        watchdog.shutdownNow();
        in.close();
    }

    /** Closing the body wakes a reader that waits in it. */
    private void check() {
        if (count != countSeen) {
            countSeen = count;
            return;
        }
        stalled = true;
        try {
            in.close();
        } catch (IOException e) {
            // The reader gets the failure that counts.
            return;
        }
    }
}
