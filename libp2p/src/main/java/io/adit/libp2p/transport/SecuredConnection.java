package io.adit.libp2p.transport;

import io.adit.libp2p.Deadline;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.PublicKey;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.mux.MuxedStream;
import io.adit.libp2p.mux.PeerConnection;
import io.adit.libp2p.mux.SessionLimits;
import io.adit.libp2p.mux.StreamSession;
import io.adit.libp2p.relay.CircuitLimit;
import io.adit.libp2p.resource.ConnectionPlace;
import io.adit.libp2p.transport.RawChannel.CircuitEnd;
import io.adit.libp2p.yamux.YamuxSession;
import io.netty.channel.Channel;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A connection over TCP, or a circuit through a relay, whose remote has proved its identity and agreed on Yamux. */
public final class SecuredConnection implements PeerConnection {
    private final boolean initiator;
    private final RawChannel raw;
    private final ConnectionPlace place;
    private final SecureLayer layer;
    private final SecureFrameWriter writer;

    SecuredConnection(
            boolean initiator, RawChannel raw, ConnectionPlace place, SecureLayer layer, SecureFrameWriter writer) {
        this.initiator = initiator;
        this.raw = raw;
        this.place = place;
        this.layer = layer;
        this.writer = writer;
    }

    @Override
    public boolean isInitiator() {
        return initiator;
    }

    @Override
    public PublicKey remoteKey() {
        return layer.remoteKey();
    }

    /** The remote's address with what lies between TCP and libp2p. */
    @Override
    public Multiaddr remoteMultiaddr() {
        return raw.circuit()
                .map(CircuitEnd::remote)
                .orElseGet(() -> new TcpEndpoint(raw.remote(), raw.carrier(), "").toMultiaddr());
    }

    @Override
    public CircuitLimit circuitLimit() {
        return raw.circuit().map(CircuitEnd::limit).orElse(CircuitLimit.NONE);
    }

    @Override
    public boolean isOpen() {
        return channel().isActive();
    }

    @Override
    public ConnectionPlace place() {
        return place;
    }

    private Channel channel() {
        return raw.channel();
    }

    @Override
    public StreamSession newSession(SessionLimits limits, Consumer<MuxedStream> acceptor) {
        return new Session(limits, new YamuxSession(initiator, limits, place.memory(), writer, acceptor::accept));
    }

    @Override
    public void drop() {
        raw.discard();
    }

    /** Yamux, and the channel that drives it. */
    private final class Session implements StreamSession {
        private final SessionLimits limits;
        private final YamuxSession yamux;

        private Session(SessionLimits limits, YamuxSession yamux) {
            this.limits = limits;
            this.yamux = yamux;
        }

        @Override
        public void begin(Runnable onTick, Runnable onClose) {
            Channels.onClose(channel(), () -> {
                yamux.terminate(new Libp2pException(Kind.CONNECTION_LOST, "connection has ended"));
                onClose.run();
            });
            channel().eventLoop().execute(() -> {
                var reader = layer.reader(yamux, writer);
                raw.replaceWith(reader, context -> reader.start(context, layer.unread()));
                var context = channel().pipeline().context(reader);
                var ticks = channel()
                        .eventLoop()
                        // Not at a fixed rate: after a pause of this process the ticks that it missed would come at
                        // once, and the second would find the first one's ping unanswered.
                        .scheduleWithFixedDelay(
                                () -> {
                                    reader.tick(context);
                                    onTick.run();
                                },
                                0,
                                limits.keepAlive().toNanos(),
                                TimeUnit.NANOSECONDS);
                Channels.onClose(channel(), () -> ticks.cancel(false));
            });
        }

        @Override
        public MuxedStream open(Deadline deadline) throws Libp2pException {
            return yamux.open(deadline);
        }

        @Override
        public int streamCount() {
            return yamux.streamCount();
        }

        @Override
        public boolean hasEnded() {
            return yamux.hasEnded();
        }

        @Override
        public void close(Libp2pException reason) {
            yamux.close(reason);
        }
    }
}
