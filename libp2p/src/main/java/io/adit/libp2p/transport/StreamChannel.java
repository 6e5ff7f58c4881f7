package io.adit.libp2p.transport;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.Stream;
import io.adit.libp2p.relay.CircuitLimit;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.local.LocalAddress;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A stream of another connection as the channel below a connection of its own: a circuit through a relay. At most one read and
 * one write are under way, each on a virtual thread, so a slow end stops the other as a socket would. It ends before it
 * has moved more than the relay lets through.
 */
final class StreamChannel extends AbstractChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false);
    private static final SocketAddress NOWHERE = new LocalAddress("circuit");
    private static final int PART = 32 << 10;

    private final Stream stream;
    private final CircuitLimit limit;
    private final Executor threads;
    private final ChannelConfig config = new DefaultChannelConfig(this);
    private volatile boolean open = true;
    // The rest belongs to the event loop.
    private boolean reading;
    private boolean writing;
    private long received;
    private long sent;

    StreamChannel(Stream stream, CircuitLimit limit, Executor threads) {
        super(null);
        this.stream = stream;
        this.limit = limit;
        this.threads = threads;
        config.setAutoRead(false);
    }

    /** On the event loop, once registered. */
    void begin() {
        if (!limit.duration().isZero()) {
            var end =
                    eventLoop().schedule(() -> end("duration"), limit.duration().toMillis(), TimeUnit.MILLISECONDS);
            Channels.onClose(this, () -> end.cancel(false));
        }
    }

    private void end(String what) {
        fail(new Libp2pException(Kind.LIMIT, "the relay's limit of a circuit's " + what + " is reached: " + limit));
    }

    private void fail(IOException reason) {
        if (open) {
            pipeline().fireExceptionCaught(reason);
            unsafe().close(voidPromise());
        }
    }

    @Override
    protected void doBeginRead() {
        if (reading || !open) {
            return;
        }
        reading = true;
        elsewhere(() -> {
            var buffer = new byte[PART];
            var count = stream.read(buffer, 0, buffer.length);
            return () -> arrived(buffer, count);
        });
    }

    private void arrived(byte[] buffer, int count) {
        reading = false;
        if (!open) {
            return;
        }
        if (count < 0) {
            unsafe().close(voidPromise());
            return;
        }
        received += count;
        pipeline().fireChannelRead(Unpooled.wrappedBuffer(Arrays.copyOf(buffer, count)));
        pipeline().fireChannelReadComplete();
        if (limit.bytes() > 0 && received >= limit.bytes()) {
            end("bytes");
        }
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer waiting) {
        if (writing || !(waiting.current() instanceof ByteBuf next)) {
            return;
        }
        var count = Math.min(next.readableBytes(), PART);
        if (limit.bytes() > 0 && sent + count > limit.bytes()) {
            end("bytes");
            return;
        }
        writing = true;
        sent += count;
        var bytes = ByteBufUtil.getBytes(next, next.readerIndex(), count);
        elsewhere(() -> {
            stream.write(bytes, 0, bytes.length);
            return () -> written(count);
        });
    }

    private void written(int count) {
        writing = false;
        var waiting = unsafe().outboundBuffer();
        if (waiting != null) {
            waiting.removeBytes(count);
            unsafe().flush();
        }
    }

    /** Something that waits, and what the event loop does afterwards. */
    @FunctionalInterface
    private interface Waiting {
        Runnable run() throws IOException;
    }

    private void elsewhere(Waiting work) {
        try {
            threads.execute(() -> {
                try {
                    onEventLoop(work.run());
                } catch (IOException e) {
                    onEventLoop(() -> fail(e));
                }
            });
        } catch (RejectedExecutionException e) {
            stream.reset();
            onEventLoop(() -> fail(new Libp2pException(Kind.CLOSED, "this host is closed", e)));
        }
    }

    private void onEventLoop(Runnable task) {
        try {
            eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            stream.reset(); // the host is shut down
        }
    }

    @Override
    protected void doClose() {
        open = false;
        stream.reset();
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    protected void doBind(SocketAddress address) {
        throw new UnsupportedOperationException("a circuit is not bound");
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new AbstractUnsafe() {
            @Override
            public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
                promise.setFailure(new UnsupportedOperationException("a circuit is connected already"));
            }
        };
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true;
    }

    @Override
    protected SocketAddress localAddress0() {
        return NOWHERE;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return NOWHERE;
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return open;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }
}
