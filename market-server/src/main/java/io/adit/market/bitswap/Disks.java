package io.adit.market.bitswap;

import io.adit.market.retrieve.ServedBlocks;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where bitswap touches the index, the database and the pieces' files: on threads of its own, one for each turn. A virtual thread that
 * does such a thing occupies one of the few that carry all of them; disks that hang would hold up the whole node.
 */
final class Disks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Disks.class);
    /** Files of pieces that were removed are let go of after so long. */
    private static final Duration FILES = Duration.ofMinutes(1);
    /** What a peer may take with one turn, in bytes or what takes as long. */
    static final long QUANTUM = 2L * AnswerStream.CHUNK;

    private final FairTurns turns;
    private final LongSupplier nanos;
    private final ExecutorService threads;

    /**
     * @param count turns at a time
     * @param nanos the time that has gone by, in nanoseconds since whenever
     */
    Disks(int count, LongSupplier nanos) {
        this.turns = new FairTurns(count, QUANTUM);
        this.nanos = nanos;
        this.threads = Executors.newFixedThreadPool(
                count, Thread.ofPlatform().name("bitswap-disk-", 0).daemon().factory());
    }

    /** What is done in a turn. */
    interface Work<T> {
        T in(Turn turn) throws IOException, InterruptedException;
    }

    /** What a turn has taken, in bytes or what takes as long. */
    static final class Turn {
        private final ServedBlocks blocks;
        private long spent;

        private Turn(ServedBlocks blocks) {
            this.blocks = blocks;
        }

        ServedBlocks blocks() {
            return blocks;
        }

        void spend(long cost) {
            spent += cost;
        }

        boolean isSpent() {
            return spent >= QUANTUM;
        }
    }

    /** One peer's place, for one thread. */
    final class Place implements AutoCloseable {
        private final ServedBlocks blocks;
        private final FairTurns.Line line = turns.newLine();
        private final List<ServedBlocks.Block> over = new ArrayList<>();
        private long openSince = nanos.getAsLong();

        private Place(ServedBlocks blocks) {
            this.blocks = blocks;
        }

        /** Waits for a turn, and for what is done in it: however long that takes, since it may use what is the caller's. */
        <T> T turn(Work<T> work) throws IOException, InterruptedException {
            return begin(work).result();
        }

        /** Waits for a turn, and not for what is done in it; there is no other before its result has been asked for. */
        <T> Begun<T> begin(Work<T> work) throws IOException, InterruptedException {
            line.await();
            try {
                return new Begun<>(threads.submit(() -> {
                    var turn = new Turn(blocks);
                    try {
                        letGoOfWhatIsOver();
                        if (nanos.getAsLong() - openSince >= FILES.toNanos()) {
                            letGoOfFiles();
                        }
                        return work.in(turn);
                    } finally {
                        line.done(turn.spent);
                    }
                }));
            } catch (RejectedExecutionException e) {
                line.done(0);
                throw new InterruptedIOException("the server has been closed");
            }
        }

        /** Lets go of a block with the next turn. */
        void isOver(ServedBlocks.Block block) {
            over.add(block);
        }

        /** A block that could not be read is found elsewhere from now on. */
        void avoid(ServedBlocks.Block block) {
            blocks.avoid(block);
        }

        /** Within a turn: lets go of the files, but for those of blocks that are being sent. */
        void letGoOfFiles() {
            openSince = nanos.getAsLong();
            try {
                blocks.close();
            } catch (IOException e) {
                LOG.debug("closing a piece's file failed after reading", e);
            }
        }

        private void letGoOfWhatIsOver() {
            for (var block : over) {
                try {
                    block.close();
                } catch (IOException e) {
                    LOG.debug("closing a piece's file failed after reading", e);
                }
            }
            over.clear();
        }

        /** Lets go of everything, soon. */
        @Override
        public void close() {
            Runnable all = () -> {
                letGoOfWhatIsOver();
                letGoOfFiles();
            };
            try {
                threads.execute(all);
            } catch (RejectedExecutionException e) {
                all.run();
            }
        }
    }

    Place place(ServedBlocks blocks) {
        return new Place(blocks);
    }

    /** What is done in a turn, perhaps still. */
    record Begun<T>(Future<T> future) {
        /** Waits for it, however long that takes. */
        T result() throws IOException {
            var isInterrupted = false;
            try {
                while (true) {
                    try {
                        return future.get();
                    } catch (InterruptedException e) {
                        isInterrupted = true;
                    }
                }
            } catch (ExecutionException e) {
                throw rethrown(Objects.requireNonNullElse(e.getCause(), e));
            } finally {
                if (isInterrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    private static IOException rethrown(Throwable cause) {
        if (cause instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof IOException failed ? failed : new IOException(cause);
    }

    /** Waits until nothing is read any more. */
    @Override
    public void close() {
        threads.close();
    }
}
