package io.adit.libp2p.quic;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.identity.PublicKey;
import io.adit.libp2p.resource.ConnectionPlace;
import io.adit.libp2p.tls.RefusedCertificateException;
import io.adit.libp2p.tls.TlsIdentity;
import io.adit.libp2p.transport.TlsSecurity;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicDatagramExtensionEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A QUIC connection from its first packet until its remote has proved who it is, and what its channel tells that is of
 * no interest afterwards. On the event loop, but for what {@link #awaitable} and {@link #remoteKey} answer.
 */
final class QuicHandshake extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(QuicHandshake.class);
    private static final AttributeKey<QuicHandshake> OF_CHANNEL =
            AttributeKey.valueOf(QuicHandshake.class, "handshake");
    /** What a BoringSSL that was told to refuse a certificate says of it; the reason itself does not get through. */
    private static final String REFUSED = "CERTIFICATE_VERIFY_FAILED";

    private final QuicChannel channel;
    private final InetSocketAddress remote;
    private final ConnectionPlace place;
    private final boolean initiator;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final List<QuicStreamChannel> early = new ArrayList<>();
    private Consumer<QuicStreamChannel> onStream = early::add;
    private volatile boolean datagrams;

    /** On the event loop, while the channel is set up. */
    QuicHandshake(QuicChannel channel, InetSocketAddress remote, ConnectionPlace place, boolean initiator) {
        this.channel = channel;
        this.remote = remote;
        this.place = place;
        this.initiator = initiator;
        channel.attr(OF_CHANNEL).set(this);
        channel.pipeline().addLast(this);
    }

    /** The remote has opened a stream on a channel that a handshake was made for. */
    static void streamOpened(QuicStreamChannel stream) {
        Objects.requireNonNull(stream.parent().attr(OF_CHANNEL).get()).onStream.accept(stream);
    }

    QuicChannel channel() {
        return channel;
    }

    InetSocketAddress remote() {
        return remote;
    }

    ConnectionPlace place() {
        return place;
    }

    boolean isInitiator() {
        return initiator;
    }

    /** Whether the remote takes datagrams. */
    boolean hasDatagrams() {
        return datagrams;
    }

    /** Done when TLS is through, on both sides for an accepted connection; fails with whatever came instead. */
    CompletableFuture<Void> awaitable() {
        return done;
    }

    /** On the event loop: streams go there from now on, those that have come already too. */
    void handOver(Consumer<QuicStreamChannel> acceptor) {
        onStream = acceptor;
        early.forEach(acceptor);
        early.clear();
    }

    /**
     * Who the remote has proved to be. Costs signature checks: not for the event loop.
     *
     * @throws Libp2pException IDENTITY if it is somebody else or nobody; LIMIT if it may not have a connection;
     *     CONNECTION_LOST
     */
    PublicKey remoteKey(TlsIdentity identity, Optional<PeerId> expected) throws Libp2pException {
        var engine = channel.sslEngine();
        if (engine == null) {
            throw new Libp2pException(Kind.CONNECTION_LOST, "remote closed the connection at once");
        }
        try {
            var key = identity.remoteKey(engine.getSession());
            var peer = key.peerId();
            if (expected.isPresent() && !expected.get().equals(peer)) {
                throw new Libp2pException(
                        Kind.IDENTITY, "dialled peer " + expected.get() + ", but peer " + peer + " answered");
            }
            var refusal = place.secured(peer);
            if (refusal.isPresent()) {
                throw Libp2pException.refused("no connection with " + peer, refusal.get());
            }
            return key;
        } catch (RefusedCertificateException e) {
            throw TlsSecurity.failed(e);
        }
    }

    /** What a failed handshake means to the caller. */
    static Libp2pException failed(String what, Throwable cause) {
        if (String.valueOf(cause.getMessage()).contains(REFUSED)) {
            return new Libp2pException(Kind.IDENTITY, what + ": the remote's certificate is refused", cause);
        }
        return new Libp2pException(Kind.UNREACHABLE, what + ": " + cause, cause);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent completion) {
            if (completion.isSuccess()) {
                done.complete(null);
            } else {
                done.completeExceptionally(completion.cause());
            }
        } else if (event instanceof QuicDatagramExtensionEvent) {
            datagrams = true;
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof QuicStreamChannel) {
            context.fireChannelRead(message);
        } else {
            ReferenceCountUtil.release(message); // a datagram, which is a sign of life and nothing else
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("QUIC connection with {}", remote, cause);
        done.completeExceptionally(cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        done.completeExceptionally(new Libp2pException(Kind.CONNECTION_LOST, "remote closed within the handshake"));
        context.fireChannelInactive();
    }

    /** Tells the remote that this side goes away. */
    static void close(QuicChannel channel) {
        var ignored = channel.close(true, 0, Unpooled.EMPTY_BUFFER);
    }

    static void onClose(Channel channel, Runnable action) {
        var ignored = channel.closeFuture().addListener(closed -> action.run());
    }
}
