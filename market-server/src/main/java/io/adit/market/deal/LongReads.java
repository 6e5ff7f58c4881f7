package io.adit.market.deal;

import io.adit.libp2p.Stream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.time.Duration;

/**
 * What is read of a stream: the first bytes by anybody, so that whoever sends nothing takes nothing, and what goes beyond them with
 * one of few places, which is held until this is closed. Together this bounds the memory of all streams.
 */
final class LongReads extends FilterInputStream {
    private final Stream stream;
    private final Exchanges places;
    private final Duration deadline;
    private int free;
    private boolean placed;

    /**
     * @param free bytes that need no place
     * @param deadline from now for those, and again once there is a place
     */
    LongReads(Stream stream, Exchanges places, int free, Duration deadline) {
        super(stream.input());
        this.stream = stream;
        this.places = places;
        this.free = free;
        this.deadline = deadline;
        stream.setReadDeadline(deadline);
    }

    /** No place got free in time. */
    static final class NoPlaceException extends IOException {
        private static final long serialVersionUID = 1;

        NoPlaceException() {
            super("reading a long proposal: no place got free in time");
        }
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (placed) {
            return in.read(buffer, offset, length);
        }
        if (free == 0) {
            if (!places.enter(stream.remotePeer())) {
                throw new NoPlaceException();
            }
            placed = true;
            stream.setReadDeadline(deadline);
            return in.read(buffer, offset, length);
        }
        int got = in.read(buffer, offset, Math.min(length, free));
        free -= Math.max(0, got);
        return got;
    }

    /** Gives the place back, and leaves the stream open. */
    @Override
    public void close() {
        if (placed) {
            placed = false;
            places.leave(stream.remotePeer());
        }
    }
}
