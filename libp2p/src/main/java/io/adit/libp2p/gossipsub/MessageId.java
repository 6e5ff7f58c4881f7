package io.adit.libp2p.gossipsub;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** By which a message is known to have been seen: bytes that its topic's rule derives from it. */
public final class MessageId {
    /** Longer ones are taken from nobody: what remembers messages counts them, so each has to be small. */
    static final int MAX_BYTES = 128;

    private final byte[] bytes;

    private MessageId(byte[] bytes) {
        this.bytes = bytes;
    }

    public static MessageId of(byte[] bytes) {
        return new MessageId(bytes.clone());
    }

    static MessageId of(String text) {
        return new MessageId(text.getBytes(StandardCharsets.UTF_8));
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    boolean isTooLong() {
        return bytes.length > MAX_BYTES;
    }

    int length() {
        return bytes.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MessageId that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
