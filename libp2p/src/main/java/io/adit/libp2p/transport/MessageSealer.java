package io.adit.libp2p.transport;

import io.netty.buffer.ByteBuf;
import java.security.GeneralSecurityException;

/** Turns a message that was written into what the channel takes. Called under the writer's lock, in order. */
interface MessageSealer {
    /** Bytes to leave free in front of the plain text. */
    int prefix();

    /** Bytes to leave free behind it. */
    int suffix();

    /** Seals {@code plainLength} bytes that stand after the prefix, and sets the writer index behind the result. */
    void seal(ByteBuf message, int plainLength) throws GeneralSecurityException;

    /** For a channel that encrypts by itself. */
    MessageSealer NONE = new MessageSealer() {
        @Override
        public int prefix() {
            return 0;
        }

        @Override
        public int suffix() {
            return 0;
        }

        @Override
        public void seal(ByteBuf message, int plainLength) {
            message.writerIndex(plainLength);
        }
    };
}
