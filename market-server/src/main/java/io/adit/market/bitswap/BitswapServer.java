package io.adit.market.bitswap;

import io.adit.libp2p.Connection;
import io.adit.libp2p.HostBuilder;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.Stream;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.wire.MalformedWireException;
import io.adit.market.retrieve.ServedBlocks;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/**
 * Serves blocks by bitswap. Peers ask on streams that they open; each is answered on one that this side opens on the connection on
 * which it asked last. Connections through relays that limit what passes are not served.
 */
public final class BitswapServer implements AutoCloseable {
    private static final int BUFFER = 4 << 10;

    private final Supplier<ServedBlocks> blocks;
    private final BitswapLimits limits;
    private final BitswapMeters meters;
    private final Disks disks;
    private final Complaints complaints = new Complaints(System::nanoTime);
    private final Map<PeerId, Peer> peers = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("bitswap-", 0).factory());

    /** A peer that asks or is being answered. */
    private static final class Peer {
        private final PeerWants wants;
        private volatile Connection connection;
        /** Its streams, and the thread that answers it; only changed within the map's own lock. */
        private int uses;

        private int streams;

        Peer(Connection connection, int wants) {
            this.connection = connection;
            this.wants = new PeerWants(wants);
        }

        Connection connection() {
            return connection;
        }
    }

    /** @param blocks gives each thread its own */
    public BitswapServer(Supplier<ServedBlocks> blocks, BitswapLimits limits, MeterRegistry registry) {
        this.blocks = blocks;
        this.limits = limits;
        this.meters = new BitswapMeters(registry);
        this.disks = new Disks(limits.turns(), System::nanoTime);
        meters.watchPeers(peers::size);
    }

    /** Serves all versions of the protocol on a host that is to be built. */
    public HostBuilder serveOn(HostBuilder host) {
        BitswapProtocol.ids().forEach(id -> host.protocol(id, this::receive));
        return host;
    }

    private void receive(Stream stream) throws IOException {
        if (stream.connection().circuitLimit().isLimited()) {
            throw new Libp2pException(Kind.LIMIT, "blocks are not sent through a relay that limits what passes");
        }
        var peer = enter(stream);
        try {
            var requests = new Requests(peer, stream);
            var reader = new WantlistReader(new BufferedInputStream(stream.input(), BUFFER), requests::take);
            requests.begin();
            for (var scope = reader.next(); scope.isPresent(); scope = reader.next()) {
                if (scope.get() == WantlistReader.Scope.REPLACES) {
                    peer.wants.keepOnly(requests.message);
                }
                requests.begin();
            }
        } catch (MalformedWireException | EOFException e) {
            throw new Libp2pException(Kind.PROTOCOL_VIOLATION, "a bitswap message is malformed: " + e.getMessage(), e);
        } finally {
            leave(stream.remotePeer(), true);
        }
    }

    /** The messages of one stream. */
    private final class Requests {
        private final Peer peer;
        private final Stream stream;
        private long message;

        Requests(Peer peer, Stream stream) {
            this.peer = peer;
            this.stream = stream;
        }

        void begin() {
            message = peer.wants.beginMessage();
            stream.setReadDeadline(limits.idle());
        }

        void take(WantEntry entry) throws IOException {
            meters.asked(entry.kind());
            try {
                if (!peer.wants.put(entry, message, Duration.ZERO)) {
                    if (!peer.wants.put(entry, message, limits.idle())) {
                        throw new Libp2pException(Kind.LIMIT, limits.wantsPerPeer() + " wants wait for an answer");
                    }
                    stream.setReadDeadline(limits.idle());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while there was no room for a want");
            }
            if (peer.wants.claim()) {
                answer(stream.remotePeer(), peer);
            }
        }
    }

    private void answer(PeerId id, Peer peer) {
        peers.computeIfPresent(id, (key, same) -> {
            same.uses++;
            return same;
        });
        var place = disks.place(blocks.get());
        var answers = new PeerAnswers(
                peer.wants,
                place,
                new AnswerStream(peer::connection, place, limits.stall(), limits.leastRate()),
                limits.lingering(),
                meters,
                complaints);
        try {
            threads.execute(() -> {
                try {
                    answers.run();
                } finally {
                    leave(id, false);
                }
            });
        } catch (RejectedExecutionException e) {
            peer.wants.drop();
            leave(id, false);
        }
    }

    private Peer enter(Stream stream) throws Libp2pException {
        var peer = peers.compute(stream.remotePeer(), (id, known) -> {
            var entered = known == null ? new Peer(stream.connection(), limits.wantsPerPeer()) : known;
            entered.uses++;
            entered.streams++;
            entered.connection = stream.connection();
            return entered;
        });
        if (peer.streams > limits.streamsPerPeer()) {
            leave(stream.remotePeer(), true);
            throw new Libp2pException(
                    Kind.LIMIT, "more than " + limits.streamsPerPeer() + " streams of bitswap with one peer");
        }
        return peer;
    }

    private void leave(PeerId id, boolean stream) {
        peers.computeIfPresent(id, (key, peer) -> {
            peer.uses--;
            peer.streams -= stream ? 1 : 0;
            return peer.uses == 0 ? null : peer;
        });
    }

    /** Peers that ask or are being answered now. */
    int peers() {
        return peers.size();
    }

    /** Answers nobody any more, and waits until no block is read; the host's streams end with the host. */
    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
        disks.close();
    }
}
