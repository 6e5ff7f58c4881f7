package io.adit.libp2p.gossipsub;

import io.adit.libp2p.Connection;
import io.adit.libp2p.Host;
import io.adit.libp2p.PeerInformation;
import io.adit.libp2p.PeerObserver;
import io.adit.libp2p.Stream;
import io.adit.libp2p.gossipsub.PeerState.Speaks;
import io.adit.libp2p.identity.PeerId;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams: to each peer that speaks the protocol one of this side's, on which it writes, and one of the peer's, from
 * which it reads. Each has a virtual thread or two.
 */
final class PeerLinks implements PeerObserver, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerLinks.class);
    private static final Duration OPENING = Duration.ofSeconds(20);
    private static final Duration WRITING = Duration.ofSeconds(30);
    /** For one RPC, from its first byte. */
    private static final Duration READING = Duration.ofMinutes(1);

    /** The newest first. */
    private static final List<String> PROTOCOLS =
            Arrays.stream(Speaks.values()).map(Speaks::protocol).toList().reversed();

    /** How often a stream to a peer that stays connected is opened again. */
    private static final int MAX_REOPENED = 4;

    private final Host host;
    private final Listener listener;
    private final ExecutorService threads;
    /** An RPC that has begun comes to its end within this: up to a MiB of it is held until then. */
    private final Duration reading;

    private final Map<PeerId, Outbound> outbound = new ConcurrentHashMap<>();
    private final Map<PeerId, Stream> inbound = new ConcurrentHashMap<>();
    /** Since the peer was identified. */
    private final Map<PeerId, Integer> reopened = new ConcurrentHashMap<>();

    private Runnable unobserve = () -> {};

    /** What happens on the streams; called on their threads. */
    interface Listener {
        void opened(PeerId peer, Speaks speaks, Connection connection, RpcSink sink);

        void lost(PeerId peer);

        void received(PeerId peer, Rpc rpc);

        /** No stream with the peer was left; there may be one again by now. */
        void gone(PeerId peer);
    }

    /**
     * A stream of this side, or the attempt to open one.
     *
     * @param opened whether that became anything; decided once another attempt, if there is to be one, has taken its place
     */
    private record Outbound(Connection connection, RpcQueue queue, CompletableFuture<Boolean> opened) {
        Outbound(Connection connection) {
            this(connection, new RpcQueue(), new CompletableFuture<>());
        }
    }

    PeerLinks(Host host, Listener listener, ExecutorService threads) {
        this(host, listener, threads, READING);
    }

    PeerLinks(Host host, Listener listener, ExecutorService threads, Duration reading) {
        this.host = host;
        this.listener = listener;
        this.threads = threads;
        this.reading = reading;
    }

    void begin() {
        unobserve = host.observe(this);
        PROTOCOLS.forEach(protocol -> host.serve(protocol, this::read));
    }

    @Override
    public void identified(Connection connection, PeerInformation information) {
        if (!connection.circuitLimit().isLimited() && PROTOCOLS.stream().anyMatch(information.protocols()::contains)) {
            reopened.remove(connection.remotePeer());
            open(connection);
        }
    }

    @Override
    public void disconnected(PeerId peer) {
        reopened.remove(peer);
        // Both streams have ended with the connection, and their threads say so.
    }

    private void open(Connection connection) {
        var link = new Outbound(connection);
        if (outbound.putIfAbsent(connection.remotePeer(), link) != null) {
            return;
        }
        try {
            threads.execute(() -> write(connection.remotePeer(), link));
        } catch (RejectedExecutionException e) {
            outbound.remove(connection.remotePeer(), link);
            link.opened().complete(false);
        }
    }

    private void write(PeerId peer, Outbound link) {
        var opened = false;
        try (var stream = link.connection().newStream(PROTOCOLS, OPENING)) {
            var speaks = Arrays.stream(Speaks.values())
                    .filter(each -> each.protocol().equals(stream.protocol()))
                    .findFirst()
                    .orElseThrow();
            opened = true;
            listener.opened(peer, speaks, link.connection(), link.queue());
            link.opened().complete(true);
            threads.execute(() -> awaitEnd(stream, link));
            for (var rpc = link.queue().take();
                    rpc.isPresent();
                    rpc = link.queue().take()) {
                var bytes = RpcCodec.encodeDelimited(rpc.get());
                stream.setWriteDeadline(WRITING);
                stream.write(bytes, 0, bytes.length);
            }
        } catch (IOException | RejectedExecutionException e) {
            LOG.debug("gossipsub stream to {} ended", peer, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            link.queue().close();
            if (opened) {
                listener.lost(peer); // before another can take its place
            }
            outbound.remove(peer, link);
            // What a stream was open on may have others yet; a connection that gave none gives none now.
            if (!openAgain(peer, opened ? Optional.empty() : Optional.of(link.connection()))) {
                endInbound(peer);
            }
            link.opened().complete(false);
            checkGone(peer);
        }
    }

    /** Who takes nothing is not listened to either: it could do as it likes, and would never be told. */
    private void endInbound(PeerId peer) {
        var stream = inbound.get(peer);
        if (stream != null) {
            stream.reset();
        }
    }

    /** The remote writes nothing on this side's stream, but it ends it. */
    private static void awaitEnd(Stream stream, Outbound link) {
        try {
            if (stream.input().read() >= 0) {
                LOG.debug("{} writes where it should read", stream.remotePeer());
            }
        } catch (IOException e) {
            LOG.debug("gossipsub stream to {} ended: {}", stream.remotePeer(), e.getMessage());
        }
        stream.reset();
        link.queue().close();
    }

    /** On whatever connection is left, but for that which gave no stream; whether there is one to try. */
    private boolean openAgain(PeerId peer, Optional<Connection> failed) {
        var left = host.connections().stream()
                .filter(connection -> connection.remotePeer().equals(peer)
                        && !connection.circuitLimit().isLimited()
                        && failed.filter(connection::equals).isEmpty())
                .findFirst();
        if (left.isEmpty() || reopened.merge(peer, 1, Integer::sum) > MAX_REOPENED) {
            return false;
        }
        open(left.get());
        return true;
    }

    /**
     * Serves an inbound stream; a newer one of the same peer takes its place. Nothing is read before the peer has taken a
     * stream of this side: only then is it scored, and can it be told what it may not.
     */
    private void read(Stream stream) throws IOException {
        var peer = stream.remotePeer();
        var former = inbound.put(peer, stream);
        if (former != null) {
            former.reset();
        }
        try {
            open(stream.connection());
            if (!isAnswerable(peer)) {
                stream.reset();
                return;
            }
            for (var rpc = next(stream); rpc.isPresent(); rpc = next(stream)) {
                listener.received(peer, rpc.get());
            }
        } finally {
            inbound.remove(peer, stream);
            checkGone(peer);
        }
    }

    private boolean isAnswerable(PeerId peer) {
        for (var link = outbound.get(peer); link != null; link = outbound.get(peer)) {
            if (link.opened().join()) {
                return true;
            }
        }
        return false;
    }

    /** A peer may be silent for as long as it likes between two RPCs, and not within one. */
    private Optional<Rpc> next(Stream stream) throws IOException {
        stream.setReadDeadline(Duration.ZERO);
        return RpcCodec.read(stream.input(), () -> stream.setReadDeadline(reading));
    }

    private void checkGone(PeerId peer) {
        if (!isLinked(peer)) {
            listener.gone(peer);
        }
    }

    /** Whether there is a stream with the peer, in whichever direction. */
    boolean isLinked(PeerId peer) {
        return inbound.containsKey(peer) || outbound.containsKey(peer);
    }

    @Override
    public void close() {
        unobserve.run();
        PROTOCOLS.forEach(host::stopServing);
        outbound.values().forEach(link -> link.queue().close());
        inbound.values().forEach(Stream::reset);
    }
}
