package io.adit.libp2p.gossipsub;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** RPCs on their way to one peer: bounded by number, as go-libp2p-pubsub's, and by bytes. */
final class RpcQueue implements RpcSink {
    static final int MAX_RPCS = 32;
    static final int MAX_BYTES = 8 << 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<Rpc> waiting = new ArrayDeque<>();
    private long bytes;
    private boolean closed;

    @Override
    public boolean offer(Rpc rpc) {
        lock.lock();
        try {
            var size = rpc.sizeBound();
            if (closed || waiting.size() >= MAX_RPCS || (!waiting.isEmpty() && bytes + size > MAX_BYTES)) {
                return false;
            }
            waiting.add(rpc);
            bytes += size;
            changed.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the next; empty once it is closed. */
    Optional<Rpc> take() throws InterruptedException {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                changed.await();
            }
            var next = waiting.poll();
            if (closed || next == null) {
                return Optional.empty();
            }
            bytes -= next.sizeBound();
            return Optional.of(next);
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            waiting.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
