package io.adit.libp2p.yamux;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory for bytes that have arrived and were not read yet, over all connections of a host. Windows bound each stream,
 * but a stranger may open hundreds on each of many connections; a stream that would go beyond the budget is reset.
 *
 * <p>Shares belong to addresses, not to connections: a machine that opens more connections gets no more memory. The
 * first {@link #FREE} bytes of every stream are not counted, so that peers can agree on a protocol, and ask for
 * something short, while others have used up the budget.
 */
public final class ReceiveBudget {
    /** Bytes of each stream that cost nothing; the number of streams bounds them. */
    static final int FREE = ReceiveBuffer.SMALLEST;

    private final long perAddress;
    private final AtomicLong left;
    private final Map<InetAddress, Long> taken = new ConcurrentHashMap<>();

    /**
     * @param total bytes for all connections
     * @param perAddress bytes for all connections with one address, so that one machine does not take what all need
     */
    public ReceiveBudget(long total, long perAddress) {
        if (perAddress < YamuxLimits.INITIAL_WINDOW || total < perAddress) {
            throw new IllegalArgumentException("a receive budget of " + total + " bytes, " + perAddress
                    + " for each address, does not hold one window");
        }
        this.perAddress = perAddress;
        this.left = new AtomicLong(total);
    }

    /** What connections with this remote address draw from, all of them together. */
    public Share shareOf(InetAddress address) {
        return new Share(address);
    }

    /** The part of the budget that one address has. */
    public final class Share {
        private final InetAddress address;

        private Share(InetAddress address) {
            this.address = address;
        }

        /** Lets a stream's buffer grow from one capacity to another; false if there is no memory for it. */
        boolean tryGrow(int from, int to) {
            var bytes = counted(to) - counted(from);
            if (bytes == 0) {
                return true;
            }
            var all = taken.merge(address, bytes, Long::sum);
            if (left.addAndGet(-bytes) < 0 || all > perAddress) {
                give(bytes);
                return false;
            }
            return true;
        }

        /** A stream's buffer of this capacity is gone. */
        void release(int capacity) {
            give(counted(capacity));
        }

        private void give(long bytes) {
            left.addAndGet(bytes);
            taken.computeIfPresent(address, (key, held) -> held == bytes ? null : held - bytes);
        }

        private static long counted(int capacity) {
            return Math.max(0, capacity - FREE);
        }
    }
}
