package io.adit.libp2p.resource;

import io.adit.libp2p.identity.PeerId;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** A place held by one inbound stream until its handler has returned. */
public final class StreamPlace implements AutoCloseable {
    private final ResourceManager resources;
    private final ConnectionPlace connection;
    private final PeerId peer;
    private final Kind kind;
    private final AtomicReference<Optional<String>> protocol = new AtomicReference<>(Optional.empty());
    private final AtomicBoolean open = new AtomicBoolean(true);

    /** What it is counted as. */
    enum Kind {
        /** One of the few that every connection may have, whatever others have taken. */
        FREE,
        STRANGERS,
        KNOWN
    }

    StreamPlace(ResourceManager resources, ConnectionPlace connection, PeerId peer, Kind kind) {
        this.resources = resources;
        this.connection = connection;
        this.peer = peer;
        this.kind = kind;
    }

    PeerId peer() {
        return peer;
    }

    ConnectionPlace connection() {
        return connection;
    }

    Kind kind() {
        return kind;
    }

    /**
     * Both sides have agreed on a protocol; once for each stream, by the thread that closes it.
     *
     * @return why the stream cannot go on with it; then it is to be reset
     */
    public Optional<Refusal> agreed(String chosen) {
        var refusal = resources.agree(this, chosen);
        if (refusal.isEmpty()) {
            protocol.set(Optional.of(chosen));
        }
        return refusal;
    }

    /** Repeated calls do nothing. */
    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            resources.leave(this, protocol.get());
        }
    }
}
