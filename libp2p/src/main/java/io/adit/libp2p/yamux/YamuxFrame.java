package io.adit.libp2p.yamux;

/**
 * The twelve bytes that start every Yamux frame: version 0, type, flags, stream, length, all big-endian.
 *
 * @param length bytes that follow (data), window given (window update), opaque value (ping) or reason (go away); taken
 *     as unsigned
 */
public record YamuxFrame(int type, int flags, int streamId, int length) {
    public static final int HEADER = 12;

    static final int DATA = 0;
    static final int WINDOW_UPDATE = 1;
    static final int PING = 2;
    static final int GO_AWAY = 3;

    static final int SYN = 1;
    static final int ACK = 2;
    static final int FIN = 4;
    static final int RST = 8;

    static final int GO_AWAY_NORMAL = 0;
    static final int GO_AWAY_PROTOCOL_ERROR = 1;

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    long unsignedLength() {
        return Integer.toUnsignedLong(length);
    }

    /** Writes the header of a frame that carries {@code length} bytes of a stream's data. */
    public static void encodeData(int streamId, int length, byte[] target, int offset) {
        new YamuxFrame(DATA, 0, streamId, length).encode(target, offset);
    }

    /** Writes the twelve bytes. */
    public void encode(byte[] target, int offset) {
        target[offset] = 0;
        target[offset + 1] = (byte) type;
        target[offset + 2] = (byte) (flags >>> 8);
        target[offset + 3] = (byte) flags;
        putInt(target, offset + 4, streamId);
        putInt(target, offset + 8, length);
    }

    private static void putInt(byte[] target, int offset, int value) {
        target[offset] = (byte) (value >>> 24);
        target[offset + 1] = (byte) (value >>> 16);
        target[offset + 2] = (byte) (value >>> 8);
        target[offset + 3] = (byte) value;
    }

    static YamuxFrame decode(byte[] header) {
        var flags = (header[2] & 0xff) << 8 | (header[3] & 0xff);
        return new YamuxFrame(header[1] & 0xff, flags, getInt(header, 4), getInt(header, 8));
    }

    private static int getInt(byte[] source, int offset) {
        return (source[offset] & 0xff) << 24
                | (source[offset + 1] & 0xff) << 16
                | (source[offset + 2] & 0xff) << 8
                | (source[offset + 3] & 0xff);
    }
}
