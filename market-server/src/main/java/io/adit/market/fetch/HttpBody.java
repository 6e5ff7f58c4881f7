package io.adit.market.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * The body of an answer, watched. Neither the socket's time-out nor the least rate ends a read below which other reads go on: TLS
 * hands nothing out before a whole record has come, and each of the record's bytes comes in time. So one read has a limit of its own,
 * at which the connection is closed.
 */
final class HttpBody implements FileSource.Body {
    private static final int LOOKS = 8;

    private final long offset;
    private final InputStream bytes;
    private final Rate rate;
    private final HttpAnswer answer;
    private final Duration mostForARead;
    private final Thread watch;
    private volatile long readingSince;
    private volatile boolean reading;
    private volatile boolean late;

    /** @param mostForARead longest time in which one read hands out nothing */
    HttpBody(long offset, InputStream bytes, Rate rate, HttpAnswer answer, Duration mostForARead) {
        this.offset = offset;
        this.bytes = bytes;
        this.rate = rate;
        this.answer = answer;
        this.mostForARead = mostForARead;
        this.watch = Thread.ofVirtual().start(this::watch);
    }

    /** One thread for all reads of a body: one for each read would cost as much as the read. */
    private void watch() {
        try {
            while (!reading || System.nanoTime() - readingSince < mostForARead.toNanos()) {
                Thread.sleep(mostForARead.dividedBy(LOOKS));
            }
        } catch (InterruptedException e) {
            return;
        }
        late = true;
        try {
            answer.close();
        } catch (IOException e) {
            // It was closed before.
        }
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public int read(byte[] buffer) throws IOException {
        rate.goOn();
        readingSince = System.nanoTime();
        reading = true;
        int n;
        try {
            n = bytes.read(buffer, 0, buffer.length);
        } catch (IOException e) {
            if (late) {
                throw new FetchException(
                        FetchErrorCode.FETCH_STALLED,
                        "nothing that can be used came within " + mostForARead.toSeconds() + " s",
                        e);
            }
            throw e;
        } finally {
            reading = false;
        }
        if (n >= 0) {
            rate.came(n);
        }
        rate.pause();
        return n;
    }

    @Override
    public void close() throws IOException {
        watch.interrupt();
        answer.close();
    }
}
