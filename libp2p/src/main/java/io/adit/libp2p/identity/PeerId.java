package io.adit.libp2p.identity;

import io.adit.libp2p.wire.Base58;
import io.adit.libp2p.wire.MalformedWireException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;

/**
 * A peer's name: the multihash of its public key's protobuf (peer-ids specification). Keys of up to 42 bytes are held
 * whole (identity multihash), longer ones as SHA-256.
 */
public final class PeerId {
    private static final int IDENTITY = 0x00;
    private static final int SHA2_256 = 0x12;
    private static final int MAX_INLINE_KEY = 42;
    private static final int SHA2_256_LENGTH = 32;
    private static final int CID_VERSION = 0x01;
    private static final int CID_LIBP2P_KEY = 0x72;
    private static final int MAX_TEXT = 128;

    private final byte[] multihash;

    private PeerId(byte[] multihash) {
        this.multihash = multihash;
    }

    static PeerId of(PublicKey key) {
        var protobuf = key.toProtobuf();
        var inline = protobuf.length <= MAX_INLINE_KEY;
        var digest = inline ? protobuf : sha256(protobuf);
        var multihash = new byte[2 + digest.length];
        multihash[0] = (byte) (inline ? IDENTITY : SHA2_256);
        multihash[1] = (byte) digest.length;
        System.arraycopy(digest, 0, multihash, 2, digest.length);
        return new PeerId(multihash);
    }

    /** @throws MalformedWireException if the bytes are not an identity (up to 42 bytes) or SHA-256 multihash */
    public static PeerId fromBytes(byte[] multihash) {
        if (multihash.length < 3 || multihash[1] != multihash.length - 2) {
            throw new MalformedWireException("peer ID of " + multihash.length + " bytes is no multihash");
        }
        var known = switch (multihash[0]) {
            case IDENTITY -> multihash[1] <= MAX_INLINE_KEY;
            case SHA2_256 -> multihash[1] == SHA2_256_LENGTH;
            default -> false;
        };
        if (!known) {
            throw new MalformedWireException("peer ID has multihash code " + multihash[0] + " and length "
                    + multihash[1] + "; it must be identity (up to 42 bytes) or SHA-256");
        }
        return new PeerId(multihash.clone());
    }

    /** Parses base58 ({@code 12D3Koo…}, {@code Qm…}) or a CIDv1 in base32 ({@code bafz…}). */
    public static PeerId parse(String text) {
        if (text.length() > MAX_TEXT) {
            throw new MalformedWireException("peer ID is longer than " + MAX_TEXT + " characters");
        }
        if (text.startsWith("1") || text.startsWith("Qm")) {
            return fromBytes(Base58.decode(text));
        }
        if (!text.startsWith("b")) {
            throw new MalformedWireException("peer ID must start with 1, Qm or b (base32 CID)");
        }
        var cid = base32(text.substring(1));
        if (cid.length < 2 || cid[0] != CID_VERSION || cid[1] != CID_LIBP2P_KEY) {
            throw new MalformedWireException("peer ID is not a CIDv1 with the libp2p-key codec");
        }
        return fromBytes(Arrays.copyOfRange(cid, 2, cid.length));
    }

    private static byte[] base32(String text) {
        var bytes = new byte[text.length() * 5 / 8];
        var bits = 0;
        var held = 0;
        var position = 0;
        for (var index = 0; index < text.length(); index++) {
            var digit = "abcdefghijklmnopqrstuvwxyz234567".indexOf(text.charAt(index));
            if (digit < 0) {
                throw new MalformedWireException("not a base32 character at " + index);
            }
            held = (held << 5 | digit) & 0xfff;
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                bytes[position++] = (byte) (held >>> bits);
            }
        }
        return bytes;
    }

    /** The public key, where this ID holds it whole (Ed25519 and secp256k1 do); empty if not, or if it is no key. */
    public Optional<PublicKey> inlineKey() {
        if (multihash[0] != IDENTITY) {
            return Optional.empty();
        }
        try {
            return Optional.of(PublicKey.fromProtobuf(Arrays.copyOfRange(multihash, 2, multihash.length)));
        } catch (MalformedWireException e) {
            return Optional.empty();
        }
    }

    /** The multihash. */
    public byte[] bytes() {
        return multihash.clone();
    }

    private static byte[] sha256(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(data);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PeerId that && Arrays.equals(multihash, that.multihash);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(multihash);
    }

    /** Base58, the form that the specification prefers. */
    @Override
    public String toString() {
        return Base58.encode(multihash);
    }
}
