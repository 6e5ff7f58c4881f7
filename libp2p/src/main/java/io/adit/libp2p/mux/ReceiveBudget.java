package io.adit.libp2p.mux;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory for bytes that have arrived and were not read yet, over all connections of a host. Windows bound each stream,
 * but a stranger may open hundreds on each of many connections; a stream that would go beyond the budget is reset.
 *
 * <p>Shares belong to accounts (a subnet, an address, a peer), not to connections: a machine that opens more connections
 * gets no more memory. The first {@link #FREE} bytes of every stream are not counted, so that peers can agree on a
 * protocol, and ask for something short, while others have used up the budget.
 */
public final class ReceiveBudget {
    /** Bytes of each stream that cost nothing; the number of streams bounds them. */
    public static final int FREE = ReceiveBuffer.SMALLEST;

    private final long total;
    private final AtomicLong taken = new AtomicLong();
    private final Map<Object, Long> perAccount = new ConcurrentHashMap<>();

    /** @param total bytes for all connections */
    public ReceiveBudget(long total) {
        if (total < SessionLimits.INITIAL_WINDOW) {
            throw new IllegalArgumentException("a receive budget of " + total + " bytes does not hold one window");
        }
        this.total = total;
    }

    /**
     * Whose memory is counted, and how much they may have.
     *
     * @param owner equal for all connections that draw from the same account
     * @param limit bytes
     */
    public record Account(Object owner, long limit) {}

    /**
     * What a connection draws from.
     *
     * @param ofTotal how much may be taken by all connections together before this one gets nothing more
     */
    public Share shareOf(long ofTotal, List<Account> accounts) {
        return new Share(Math.min(ofTotal, total), List.copyOf(accounts));
    }

    /** Bytes taken now. */
    public long taken() {
        return taken.get();
    }

    /** The part of the budget that one connection has. */
    public final class Share {
        private final long ofTotal;
        private final List<Account> accounts;

        private Share(long ofTotal, List<Account> accounts) {
            this.ofTotal = ofTotal;
            this.accounts = accounts;
        }

        /** Lets a stream's buffer grow from one capacity to another; false if there is no memory for it. */
        public boolean tryGrow(int from, int to) {
            var bytes = counted(to) - counted(from);
            if (bytes == 0) {
                return true;
            }
            var fits = taken.addAndGet(bytes) <= ofTotal;
            for (var account : accounts) {
                fits &= perAccount.merge(account.owner(), bytes, Long::sum) <= account.limit();
            }
            if (!fits) {
                give(bytes);
            }
            return fits;
        }

        /** A stream's buffer of this capacity is gone. */
        public void release(int capacity) {
            give(counted(capacity));
        }

        private void give(long bytes) {
            taken.addAndGet(-bytes);
            for (var account : accounts) {
                perAccount.computeIfPresent(account.owner(), (key, held) -> held == bytes ? null : held - bytes);
            }
        }

        private static long counted(int capacity) {
            return Math.max(0, capacity - FREE);
        }
    }
}
