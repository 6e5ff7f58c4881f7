package io.adit.market.bitswap;

import io.adit.libp2p.Connection;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.Stream;
import io.adit.market.retrieve.ServedBlocks;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The stream on which one peer is answered, opened with the first answer and again where the peer has ended it between two. It is
 * written chunk by chunk as the peer takes them, and each chunk of a file is read in a turn of its own, so that a peer that is slow
 * holds two chunks and no turn: a block's next chunk is read while the one before is sent.
 */
final class AnswerStream implements AutoCloseable {
    static final int CHUNK = 64 << 10;

    private final Supplier<Connection> connection;
    private final Disks.Place disks;
    private final Duration stall;
    private final Pace pace;
    private byte[] chunk = new byte[CHUNK];
    /** Where the chunk after this one is read to. */
    private byte[] next = new byte[CHUNK];

    private Optional<Stream> stream = Optional.empty();

    /** @param connection the one on which the peer has asked last */
    AnswerStream(Supplier<Connection> connection, Disks.Place disks, Duration stall, long leastRate) {
        this.connection = connection;
        this.disks = disks;
        this.stall = stall;
        this.pace = new Pace(leastRate, stall);
    }

    /**
     * Sends a message, in the shape of the version that the peer speaks; nothing where nothing would be left in it.
     *
     * @throws UnreadableException when a block cannot be read; the stream is of no more use
     */
    void send(Answer answer) throws IOException {
        var isReused = stream.isPresent();
        var used = stream.map(Stream::connection).orElseGet(connection);
        try {
            write(answer);
        } catch (Libp2pException e) {
            // Peers end streams on which nothing has come for a while, and come back by other connections.
            var isEnded = isReused && e.kind() == Kind.STREAM_RESET;
            if (!isEnded && used.equals(connection.get())) {
                throw e;
            }
            reset();
            write(answer);
        }
    }

    private void write(Answer answer) throws IOException {
        var open = stream.isPresent() ? stream.get() : connection.get().newStream(BitswapProtocol.ids(), stall);
        stream = Optional.of(open);
        var protocol = BitswapProtocol.of(open.protocol());
        if (!answer.isEmptyFor(protocol)) {
            var chunks = new Chunks(open);
            answer.writeTo(protocol, chunks);
            chunks.flush();
        }
    }

    private final class Chunks implements Answer.Sink {
        private final Stream out;
        private int filled;

        Chunks(Stream out) {
            this.out = out;
        }

        @Override
        public void bytes(byte[] bytes) throws IOException {
            for (int from = 0; from < bytes.length; ) {
                int count = Math.min(bytes.length - from, CHUNK - filled);
                System.arraycopy(bytes, from, chunk, filled, count);
                from += count;
                wrote(count);
            }
        }

        @Override
        public void block(ServedBlocks.Block block) throws IOException {
            int from = 0;
            while (from < block.length()) {
                int count = Math.min(block.length() - from, CHUNK - filled);
                if (block.isAtHand()) {
                    block.read(from, chunk, filled, count);
                    wrote(count);
                } else {
                    read(block, from, chunk, filled, count);
                    filled += count;
                    while (filled == CHUNK) {
                        count += flushReadingAhead(block, from + count);
                    }
                }
                from += count;
            }
        }

        /** Sends the chunk, and has the block's next bytes read meanwhile; answers how many these are. */
        private int flushReadingAhead(ServedBlocks.Block block, int from) throws IOException {
            int count = Math.min(block.length() - from, CHUNK);
            if (count == 0) {
                flush();
                return 0;
            }
            var ahead = begin(block, from, next, 0, count);
            try {
                flush();
            } catch (IOException | RuntimeException e) {
                // Nobody may close the block, or use the bytes for something else, while it is read.
                endQuietly(ahead, e);
                throw e;
            }
            end(block, ahead);
            var sent = chunk;
            chunk = next;
            next = sent;
            filled = count;
            return count;
        }

        private void read(ServedBlocks.Block block, int from, byte[] to, int at, int count) throws IOException {
            end(block, begin(block, from, to, at, count));
        }

        private Disks.Begun<Integer> begin(ServedBlocks.Block block, int from, byte[] to, int at, int count)
                throws IOException {
            try {
                return disks.begin(turn -> {
                    turn.spend(count);
                    block.read(from, to, at, count);
                    return count;
                });
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for a turn to read a block");
            }
        }

        private static void end(ServedBlocks.Block block, Disks.Begun<Integer> reading) throws IOException {
            try {
                reading.result();
            } catch (IOException e) {
                throw new UnreadableException(block, e);
            }
        }

        private static void endQuietly(Disks.Begun<Integer> reading, Exception cause) {
            try {
                reading.result();
            } catch (IOException e) {
                cause.addSuppressed(e);
            }
        }

        private void wrote(int count) throws IOException {
            filled += count;
            if (filled == CHUNK) {
                flush();
            }
        }

        void flush() throws IOException {
            out.setWriteDeadline(pace.allowance(filled));
            long begun = System.nanoTime();
            out.write(chunk, 0, filled);
            pace.took(filled, System.nanoTime() - begun);
            filled = 0;
        }
    }

    /** Ends it after a whole message. */
    @Override
    public void close() {
        stream.ifPresent(Stream::close);
        stream = Optional.empty();
    }

    /** Breaks it off. */
    void reset() {
        stream.ifPresent(Stream::reset);
        stream = Optional.empty();
    }
}
