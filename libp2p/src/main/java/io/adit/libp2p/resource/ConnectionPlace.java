package io.adit.libp2p.resource;

import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.mux.ReceiveBudget;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/** A place held by one connection until it is closed. */
public final class ConnectionPlace implements AutoCloseable {
    private final ResourceManager resources;
    private final boolean inbound;
    private final Origin.Pair origin;
    private final Runnable evict;
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<PeerId> peer = Optional.empty();
    private final AtomicInteger free = new AtomicInteger(ResourceLimits.FREE_STREAMS);
    private final Activity activity;
    private volatile boolean begun;
    private volatile boolean kept;
    private boolean stranger;
    private boolean closed;

    ConnectionPlace(ResourceManager resources, boolean inbound, Origin.Pair origin, Runnable evict) {
        this.resources = resources;
        this.inbound = inbound;
        this.origin = origin;
        this.evict = evict;
        this.activity = resources.newActivity();
    }

    Origin.Pair origin() {
        return origin;
    }

    boolean isInbound() {
        return inbound;
    }

    /** The remote has agreed on how the connection is to be secured: it is no silent one. */
    public void beginHandshake() {
        begun = true;
    }

    boolean hasBegun() {
        return begun;
    }

    Activity activity() {
        return activity;
    }

    /** Its streams have carried so many bytes more, in whichever direction. */
    public void carried(long bytes) {
        activity.carried(bytes);
    }

    /** Whether this side wants it to stay though nothing flows on it. */
    public void keep(boolean wanted) {
        kept = wanted;
    }

    /** Whether it may be ended for a newcomer's sake. */
    boolean isDispensable() {
        return !kept && activity.isUseless();
    }

    /** It is one of those that do not get what is reserved; within {@link #secured}. */
    void markStranger() {
        stranger = true;
    }

    void evict() {
        evict.run();
    }

    /**
     * The remote has proved who it is; from now on its place is that of a secured connection.
     *
     * @return why it cannot have one; then the connection is to be closed
     */
    public Optional<Refusal> secured(PeerId remote) {
        lock.lock();
        try {
            if (peer.isPresent()) {
                return Optional.empty();
            }
            if (closed) {
                peer = Optional.of(remote); // its place was given back already
                return Optional.empty();
            }
            var refusal = resources.establish(this, remote);
            if (refusal.isEmpty()) {
                peer = Optional.of(remote);
            }
            return refusal;
        } finally {
            lock.unlock();
        }
    }

    /** A place for a stream that the remote has opened. */
    public Admission<StreamPlace> acceptStream() {
        return resources.acceptStream(this, provedPeer());
    }

    /** Whether one of the streams that every connection may have is left. */
    boolean takeFreeStream() {
        return free.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    }

    void giveFreeStream() {
        free.incrementAndGet();
    }

    /** What this connection's streams draw their memory from. */
    public ReceiveBudget.Share memory() {
        return resources.memoryOf(this, provedPeer());
    }

    private PeerId provedPeer() {
        lock.lock();
        try {
            return peer.orElseThrow(() -> new IllegalStateException("the connection is not secured yet"));
        } finally {
            lock.unlock();
        }
    }

    /** Repeated calls do nothing. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                resources.leave(this, peer, stranger);
            }
        } finally {
            lock.unlock();
        }
    }
}
