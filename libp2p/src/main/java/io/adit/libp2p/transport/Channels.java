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

    /** Tells when the socket has taken the bytes, or never will. */
    static void write(Channel channel, ByteBuf bytes, Runnable done) {
        channel.write(bytes).addListener(future -> done.run());
    }

    static void onClose(Channel channel, Runnable action) {
        channel.closeFuture().addListener(future -> action.run());
    }
}
