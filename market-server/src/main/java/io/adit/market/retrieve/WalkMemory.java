package io.adit.market.retrieve;

import java.util.concurrent.atomic.AtomicLong;

/** What all walks over DAGs together may remember; one walk alone may need little, and sixty-four of them much. */
final class WalkMemory {
    /** What a CID that waits to be followed takes on the heap, with its digest and its place in a list. */
    static final long LINK = 208;

    private final long most;
    private final AtomicLong taken = new AtomicLong();

    WalkMemory(long most) {
        this.most = most;
    }

    /** A walk's part; closing it gives everything back. */
    Share share() {
        return new Share();
    }

    long taken() {
        return taken.get();
    }

    /** Belongs to one walk and its thread. */
    final class Share implements AutoCloseable {
        private long own;

        /**
         * Takes room for some bytes.
         *
         * @throws RefusedException BUSY when all walks together have no more
         */
        void take(long bytes) {
            if (taken.addAndGet(bytes) > most) {
                taken.addAndGet(-bytes);
                throw new RefusedException(
                        RefusalCode.BUSY, "the CARs being served need all the memory there is for them", "");
            }
            own += bytes;
        }

        void giveBack(long bytes) {
            taken.addAndGet(-bytes);
            own -= bytes;
        }

        @Override
        public void close() {
            giveBack(own);
        }
    }
}
