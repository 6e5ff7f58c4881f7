package io.adit.market.fetch;

import io.adit.core.time.Timeline;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.stream.LongStream;

/**
 * Shares the node's connection among the clients whose data is fetched: so many downloads at one time in all and for one client,
 * and so many bytes a second. A client that offers a thousand deals at once keeps no other waiting for more than its own share.
 */
public final class TransferShares {
    private final Timeline timeline;
    private final Limits limits;
    private final Lock lock;
    private final Map<String, Client> clients = new HashMap<>();
    private final Bucket all;
    private int running;

    /**
     * @param downloads at one time
     * @param downloadsPerClient at one time
     * @param bytesPerSecond of all downloads; 0 for as many as come
     * @param bytesPerSecondPerClient of one client's downloads; 0 for as many as come
     */
    public record Limits(int downloads, int downloadsPerClient, long bytesPerSecond, long bytesPerSecondPerClient) {
        /** Bytes a second of one download at most; 0 for as many as come. */
        public long leastOfBoth() {
            return LongStream.of(bytesPerSecond, bytesPerSecondPerClient)
                    .filter(rate -> rate > 0)
                    .min()
                    .orElse(0);
        }
    }

    /** A client with running downloads. */
    private final class Client {
        private final Bucket bucket = new Bucket(limits.bytesPerSecondPerClient());
        private int running;
    }

    /**
     * Bytes that may come: a second's worth at once at most. What came too fast is waited for afterwards, so that a bucket may be
     * overdrawn by what one read brings.
     */
    private final class Bucket {
        private final long perSecond;
        private double bytes;
        private long filledAt;

        Bucket(long perSecond) {
            this.perSecond = perSecond;
            this.bytes = perSecond;
            this.filledAt = timeline.nanoTime();
        }

        /** Takes bytes out; answers how long to wait until none are owed. Under the lock. */
        Duration take(int count) {
            if (perSecond == 0) {
                return Duration.ZERO;
            }
            long now = timeline.nanoTime();
            bytes = Math.min((double) perSecond, bytes + (now - filledAt) * 1e-9 * perSecond) - count;
            filledAt = now;
            return bytes >= 0 ? Duration.ZERO : Duration.ofNanos((long) (-bytes * 1e9 / perSecond));
        }
    }

    /** A download's place; to be closed at its end. */
    public final class Share implements AutoCloseable, Download.Pace {
        private final String name;
        private final Client client;

        private Share(String name, Client client) {
            this.name = name;
            this.client = client;
        }

        @Override
        public void after(int bytes) throws InterruptedIOException {
            Duration wait;
            lock.lock();
            try {
                var own = client.bucket.take(bytes);
                var common = all.take(bytes);
                wait = own.compareTo(common) > 0 ? own : common;
            } finally {
                lock.unlock();
            }
            if (wait.isPositive()) {
                try {
                    timeline.sleep(wait);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("a download was stopped");
                }
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                running--;
                if (--client.running == 0) {
                    clients.remove(name);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    public TransferShares(Timeline timeline, Limits limits) {
        this.timeline = timeline;
        this.limits = limits;
        this.lock = timeline.newLock();
        this.all = new Bucket(limits.bytesPerSecond());
    }

    /** A place for one more download of a client; empty while it, or all together, have as many as they may. */
    public Optional<Share> tryOpen(String name) {
        lock.lock();
        try {
            var client = clients.getOrDefault(name, new Client());
            if (running >= limits.downloads() || client.running >= limits.downloadsPerClient()) {
                return Optional.empty();
            }
            running++;
            client.running++;
            clients.put(name, client);
            return Optional.of(new Share(name, client));
        } finally {
            lock.unlock();
        }
    }
}
