package io.adit.libp2p.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.libp2p.Deadline;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RawChannelTest {
    /** As an empty WebSocket frame is: nothing that a reader could be given. */
    @Test
    void emptyMessage_isNoByte() throws Exception {
        var channel = new EmbeddedChannel();
        channel.config().setAutoRead(false);
        var raw = new RawChannel(channel, Deadline.NEVER);
        channel.pipeline().addLast(raw);
        var empty = Unpooled.buffer();
        channel.writeInbound(empty, Unpooled.wrappedBuffer(new byte[] {7}));

        assertThat(raw.input().read()).isEqualTo(7);
        assertThat(empty.refCnt()).isZero();
    }

    @Test
    void channelClosedBeforeTheHandOver_freesWhatWasNotRead_andTellsTheNextHandler() {
        var channel = new EmbeddedChannel();
        channel.config().setAutoRead(false);
        var raw = new RawChannel(channel, Deadline.NEVER);
        channel.pipeline().addLast(raw);
        var bytes = Unpooled.buffer().writeZero(8);
        channel.writeInbound(bytes);
        channel.close().syncUninterruptibly();
        var told = new AtomicInteger();

        raw.replaceWith(
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelInactive(ChannelHandlerContext context) {
                        told.incrementAndGet();
                    }
                },
                context -> {});

        assertThat(bytes.refCnt()).isZero();
        assertThat(told).hasValue(1);
    }
}
