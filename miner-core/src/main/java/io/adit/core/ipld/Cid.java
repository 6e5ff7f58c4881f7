package io.adit.core.ipld;

import io.adit.core.error.InvalidValueException;
import java.util.Arrays;

/**
 * A content identifier: version, codec and multihash (<a href="https://github.com/multiformats/cid">CID</a>).
 *
 * <p>Text is base32 for version 1 and bare base58btc for version 0; any multibase is read. Ordering is by bytes.
 */
public final class Cid implements Comparable<Cid> {
    public static final long RAW = 0x55;
    public static final long DAG_PB = 0x70;
    public static final long DAG_CBOR = 0x71;
    public static final long LIBP2P_KEY = 0x72;
    public static final long DAG_JSON = 0x0129;
    /** CommP and CommD in CID form. */
    public static final long COMMITMENT_UNSEALED = 0xf101;
    /** CommR in CID form. */
    public static final long COMMITMENT_SEALED = 0xf102;

    private static final int V0_LENGTH = 34;
    private static final int V0_TEXT_LENGTH = 46;

    private final int version;
    private final long codec;
    private final Multihash multihash;
    private final byte[] bytes;

    private Cid(int version, long codec, Multihash multihash) {
        this.version = version;
        this.codec = codec;
        this.multihash = multihash;
        this.bytes = version == 0 ? multihash.bytes() : encodeV1(codec, multihash);
    }

    /** A version 1 CID. */
    public static Cid of(long codec, Multihash multihash) {
        return new Cid(1, codec, multihash);
    }

    /** The chain's CID of a DAG-CBOR block: version 1, blake2b-256. */
    public static Cid dagCbor(byte[] block) {
        return of(DAG_CBOR, Multihash.blake2b256Of(block));
    }

    /** Version 1, raw, sha2-256: a UnixFS leaf. */
    public static Cid rawSha256(byte[] data) {
        return of(RAW, Multihash.sha256Of(data));
    }

    /** Version 1, dag-pb, sha2-256: a UnixFS node. */
    public static Cid dagPbSha256(byte[] block) {
        return of(DAG_PB, Multihash.sha256Of(block));
    }

    public static Cid parse(String text) {
        if (text.length() == V0_TEXT_LENGTH && text.startsWith("Qm")) {
            return fromBytes(Multibase.decodeBase58(text));
        }
        var cid = fromBytes(Multibase.decode(text));
        if (cid.version == 0) {
            throw new InvalidValueException("CID", text, "version 1 when it carries a multibase prefix");
        }
        return cid;
    }

    /** Reads bytes that hold one CID and nothing else. */
    public static Cid fromBytes(byte[] bytes) {
        var cid = readPrefix(bytes, 0, bytes.length);
        if (cid.bytes.length != bytes.length) {
            throw new InvalidValueException("CID", bytes.length + " bytes", "without trailing bytes");
        }
        return cid;
    }

    /** Reads the CID at {@code offset}, not beyond {@code limit}; it took {@link #length()} bytes. */
    public static Cid readPrefix(byte[] data, int offset, int limit) {
        if (limit - offset >= V0_LENGTH && data[offset] == 0x12 && data[offset + 1] == 0x20) {
            return new Cid(0, DAG_PB, Multihash.readPrefix(data, offset, offset + V0_LENGTH));
        }
        var version = Varint.decode(data, offset, limit);
        if (version.value() != 1) {
            throw new InvalidValueException("CID version", version.value(), "0 or 1");
        }
        var codec = Varint.decode(data, offset + version.length(), limit);
        int start = offset + version.length() + codec.length();
        return new Cid(1, codec.value(), Multihash.readPrefix(data, start, limit));
    }

    public int version() {
        return version;
    }

    public long codec() {
        return codec;
    }

    public Multihash multihash() {
        return multihash;
    }

    /** A copy of the binary form. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Bytes of the binary form. */
    public int length() {
        return bytes.length;
    }

    @Override
    public int compareTo(Cid other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Cid that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return version == 0 ? Multibase.base58btc(bytes) : "b" + Multibase.base32(bytes);
    }

    private static byte[] encodeV1(long codec, Multihash multihash) {
        var out = new byte[1 + Varint.length(codec) + multihash.encodedLength()];
        out[0] = 1;
        multihash.putTo(out, Varint.put(codec, out, 1));
        return out;
    }
}
