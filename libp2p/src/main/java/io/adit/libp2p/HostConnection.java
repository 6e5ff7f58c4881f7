package io.adit.libp2p;

import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.identity.PublicKey;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.multistream.MultistreamSelect;
import io.adit.libp2p.mux.MuxedStream;
import io.adit.libp2p.mux.PeerConnection;
import io.adit.libp2p.mux.StreamSession;
import io.adit.libp2p.relay.CircuitLimit;
import io.adit.libp2p.resource.Admission;
import io.adit.libp2p.resource.StreamPlace;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One secured connection of a host: it opens streams, and serves those that come in. */
final class HostConnection implements Connection {
    private static final Logger LOG = LoggerFactory.getLogger(HostConnection.class);

    private final PeerConnection secured;
    private final PeerId remotePeer;
    private final Multiaddr remoteAddress;
    private final Map<String, StreamHandler> handlers;
    private final HostLimits limits;
    private final Executor threads;
    private final Predicate<PeerId> kept;
    private final StreamSession session;
    private volatile CompletableFuture<PeerInformation> information = new CompletableFuture<>();
    private final PushRate pushes = new PushRate(System::nanoTime);
    private volatile long lastUsed = System.nanoTime();

    /** @param kept peers whose connections stay though nothing flows on them */
    HostConnection(
            PeerConnection secured,
            Map<String, StreamHandler> handlers,
            HostLimits limits,
            Executor threads,
            Predicate<PeerId> kept) {
        this.secured = secured;
        this.remotePeer = secured.remoteKey().peerId();
        this.remoteAddress = secured.remoteMultiaddr();
        this.handlers = handlers;
        this.limits = limits;
        this.threads = threads;
        this.kept = kept;
        this.session = secured.newSession(limits.session(), this::accept);
    }

    /** Lets streams flow. */
    void begin(Runnable onClose) {
        session.begin(this::closeIfIdle, onClose);
    }

    @Override
    public PeerId remotePeer() {
        return remotePeer;
    }

    @Override
    public PublicKey remotePublicKey() {
        return secured.remoteKey();
    }

    @Override
    public Multiaddr remoteAddress() {
        return remoteAddress;
    }

    @Override
    public boolean isInitiator() {
        return secured.isInitiator();
    }

    @Override
    public boolean isOpen() {
        return secured.isOpen() && !session.hasEnded();
    }

    @Override
    public CircuitLimit circuitLimit() {
        return secured.circuitLimit();
    }

    @Override
    public Stream newStream(List<String> protocols, Duration timeout) throws Libp2pException {
        var deadline = Deadline.after(timeout);
        lastUsed = System.nanoTime();
        var stream = session.open(deadline);
        stream.setReadDeadline(deadline);
        stream.setWriteDeadline(deadline);
        var agreed = false;
        try {
            var protocol = MultistreamSelect.propose(HostStream.input(stream), HostStream.output(stream), protocols);
            stream.setReadDeadline(Deadline.NEVER);
            stream.setWriteDeadline(Deadline.NEVER);
            agreed = true;
            return new HostStream(this, stream, protocol);
        } catch (Libp2pException e) {
            throw new Libp2pException(
                    e.kind(), "no stream for " + protocols + " to " + remotePeer + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new Libp2pException(Kind.CONNECTION_LOST, "no stream for " + protocols + " to " + remotePeer, e);
        } finally {
            if (!agreed) {
                stream.reset();
            }
        }
    }

    @Override
    public PeerInformation remoteInformation(Duration timeout) throws Libp2pException {
        try {
            return information.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new Libp2pException(Kind.TIMEOUT, remotePeer + " has not identified itself in time", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Libp2pException reason
                    ? reason.again()
                    : new Libp2pException(Kind.CONNECTION_LOST, remotePeer + " did not identify itself", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Libp2pException(Kind.CLOSED, "interrupted while waiting for identify", e);
        }
    }

    /** What the peer has said about itself so far. */
    Optional<PeerInformation> knownInformation() {
        var said = information;
        return said.isDone() && !said.isCompletedExceptionally() ? Optional.of(said.join()) : Optional.empty();
    }

    /** What is known of the peer from now on: a push may leave out what has not changed. */
    PeerInformation learn(PeerInformation latest) {
        if (information.complete(latest)) {
            return latest;
        }
        var updated = information.isCompletedExceptionally()
                ? latest
                : information.join().updatedBy(latest);
        information = CompletableFuture.completedFuture(updated);
        return updated;
    }

    /** Whether the peer is listened to once more when it says what is new. */
    boolean mayPush() {
        return pushes.take();
    }

    void learnNothing(Exception reason) {
        information.completeExceptionally(reason);
    }

    /** On the event loop. */
    private void accept(MuxedStream stream) {
        switch (secured.place().acceptStream()) {
            case Admission.Granted<StreamPlace> granted -> {
                try {
                    threads.execute(() -> serve(stream, granted.place()));
                } catch (RejectedExecutionException e) {
                    granted.place().close();
                    refuse(stream);
                }
            }
            case Admission.Refused<StreamPlace> refused -> {
                LOG.debug("refused a stream from {}: {}", remotePeer, refused.refusal());
                refuse(stream);
            }
        }
    }

    private void refuse(MuxedStream stream) {
        stream.negotiated();
        stream.served();
        stream.reset();
    }

    private void serve(MuxedStream stream, StreamPlace place) {
        lastUsed = System.nanoTime();
        var served = false;
        try {
            var protocol = agree(stream);
            var refusal = place.agreed(protocol);
            if (refusal.isPresent()) {
                throw Libp2pException.refused("no stream for " + protocol, refusal.get());
            }
            var handler = handlers.get(protocol);
            if (handler != null) {
                handler.handle(new HostStream(this, stream, protocol));
                stream.close();
                served = true;
            }
        } catch (Libp2pException e) {
            LOG.debug("stream {} from {} ended: {} {}", stream.number(), remotePeer, e.kind(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.debug("handler of a stream from {} was interrupted", remotePeer);
        } catch (Exception e) {
            LOG.warn("handler of a stream from {} failed", remotePeer, e);
        } finally {
            if (!served) {
                stream.reset();
            }
            stream.served();
            place.close();
        }
    }

    private String agree(MuxedStream stream) throws IOException {
        try {
            var deadline = Deadline.after(limits.negotiationTimeout());
            stream.setReadDeadline(deadline);
            stream.setWriteDeadline(deadline);
            var protocol = MultistreamSelect.answer(
                    HostStream.input(stream), HostStream.output(stream), handlers::containsKey);
            stream.setReadDeadline(Deadline.NEVER);
            stream.setWriteDeadline(Deadline.NEVER);
            return protocol;
        } finally {
            stream.negotiated();
        }
    }

    /** A stream has carried so many bytes, in whichever direction. */
    void carried(long bytes) {
        secured.place().carried(bytes);
    }

    private void closeIfIdle() {
        var wanted = kept.test(remotePeer);
        secured.place().keep(wanted);
        if (session.streamCount() > 0 || wanted) {
            lastUsed = System.nanoTime();
        } else if (System.nanoTime() - lastUsed > limits.idleTimeout().toNanos()) {
            session.close(new Libp2pException(Kind.CLOSED, "connection was idle"));
        }
    }

    /** Streams open now. */
    int streamCount() {
        return session.streamCount();
    }

    @Override
    public void close() {
        session.close(new Libp2pException(Kind.CLOSED, "connection was closed on this side"));
    }

    @Override
    public String toString() {
        return remotePeer + " at " + remoteAddress;
    }
}
