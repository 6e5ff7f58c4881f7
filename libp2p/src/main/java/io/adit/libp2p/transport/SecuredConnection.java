package io.adit.libp2p.transport;

import io.adit.libp2p.identity.PublicKey;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.resource.ConnectionPlace;
import io.adit.libp2p.yamux.YamuxLimits;
import io.adit.libp2p.yamux.YamuxSession;
import io.adit.libp2p.yamux.YamuxStream;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A connection whose remote has proved its identity and agreed on Yamux. Nothing flows until {@link #begin}, so that
 * its owner can be made and registered first.
 */
public final class SecuredConnection {
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

    public boolean isInitiator() {
        return initiator;
    }

    public PublicKey remoteKey() {
        return layer.remoteKey();
    }

    public InetSocketAddress remoteAddress() {
        return (InetSocketAddress) raw.channel().remoteAddress();
    }

    /** The remote's address with what lies between TCP and libp2p. */
    public Multiaddr remoteMultiaddr() {
        return new TcpEndpoint(remoteAddress(), raw.carrier(), "").toMultiaddr();
    }

    public boolean isOpen() {
        return channel().isActive();
    }

    /** What it has of the host's resources; it is given back when the channel closes. */
    public ConnectionPlace place() {
        return place;
    }

    private Channel channel() {
        return raw.channel();
    }

    /** The one session of this connection; {@code acceptor} is called on the event loop. */
    public YamuxSession newSession(YamuxLimits limits, Consumer<YamuxStream> acceptor) {
        return new YamuxSession(initiator, limits, place.memory(), writer, acceptor);
    }

    /**
     * Lets bytes flow into the session.
     *
     * @param onTick called on the event loop once in each keep-alive interval
     * @param onClose called once when the channel has closed
     */
    public void begin(YamuxSession session, YamuxLimits limits, Runnable onTick, Runnable onClose) {
        Channels.onClose(channel(), onClose);
        channel().eventLoop().execute(() -> {
            var reader = layer.reader(session, writer);
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

    /** Drops a connection that was never begun. */
    public void drop() {
        raw.discard();
    }
}
