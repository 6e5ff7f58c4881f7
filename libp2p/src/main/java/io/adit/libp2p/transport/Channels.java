package io.adit.libp2p.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;

/** Calls on channels whose outcome is heard of through the pipeline, not through the returned future. */
@SuppressWarnings("FutureReturnValueIgnored") // see the class comment
final class Channels {
    private Channels() {}

    static void close(Channel channel) {
        channel.close();
    }

    static void write(Channel channel, ByteBuf bytes) {
        channel.write(bytes, channel.voidPromise());
    }

    static void onClose(Channel channel, Runnable action) {
        channel.closeFuture().addListener(future -> action.run());
    }
}
