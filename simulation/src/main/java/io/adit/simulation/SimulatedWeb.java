package io.adit.simulation;

import io.adit.core.time.Timeline;
import io.adit.market.fetch.FetchErrorCode;
import io.adit.market.fetch.FetchException;
import io.adit.market.fetch.FetchSource;
import io.adit.market.fetch.FileSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** In the place of HTTP: the files that clients serve, which take time, are away for a while and break off in the middle. */
final class SimulatedWeb implements FileSource {
    private final Timeline timeline;
    private final RandomGenerator random;
    private final Coverage coverage;
    private final Map<String, Served> files = new HashMap<>();

    /** A file, and how its server is. */
    private record Served(byte[] data, boolean away, boolean breaks) {}

    SimulatedWeb(Timeline timeline, RandomGenerator random, Coverage coverage) {
        this.timeline = timeline;
        this.random = random;
        this.coverage = coverage;
    }

    /** The URL under which a deal's data is. */
    static String url(int deal) {
        return "http://client.example/" + deal;
    }

    void serve(int deal, byte[] data, boolean away, boolean breaks) {
        files.put("/" + deal, new Served(data.clone(), away, breaks));
    }

    @Override
    public Body open(FetchSource source, long offset, long size) {
        pause(Duration.ofMillis(random.nextInt(20, 2_000)));
        var file = files.get(source.url().getPath());
        if (file == null || file.away()) {
            coverage.saw("a client's server was away");
            throw new FetchException(FetchErrorCode.FETCH_UNREACHABLE, "no connection to the simulated server");
        }
        // A server without ranges now and then.
        int from = random.nextInt(4) == 0 ? 0 : (int) offset;
        boolean breaks = file.breaks() && random.nextInt(3) > 0;
        int to = breaks ? from + (file.data().length - from) / 2 : file.data().length;
        var rest = Arrays.copyOfRange(file.data(), from, to);
        return new Slowly(from, rest);
    }

    @Override
    public long length(FetchSource source) {
        throw new FetchException(FetchErrorCode.FETCH_REFUSED, "no simulated server is a piece locator");
    }

    /** Comes in parts, with time between them. */
    private final class Slowly implements Body {
        private final long from;
        private final ByteArrayInputStream bytes;

        Slowly(long from, byte[] data) {
            this.from = from;
            this.bytes = new ByteArrayInputStream(data);
        }

        @Override
        public long offset() {
            return from;
        }

        @Override
        public int read(byte[] buffer) throws IOException {
            try {
                timeline.sleep(Duration.ofMillis(random.nextInt(1, 3_000)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("the simulated transfer was interrupted");
            }
            return bytes.read(buffer, 0, Math.max(1, (bytes.available() + 1) / 2));
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private void pause(Duration time) {
        try {
            timeline.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FetchException(FetchErrorCode.FETCH_BROKEN, "interrupted", e);
        }
    }
}
