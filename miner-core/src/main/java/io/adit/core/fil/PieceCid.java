package io.adit.core.fil;

import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import io.adit.core.ipld.Varint;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A piece CID of either version. Version 1 is the commitment alone; version 2 (FRC-0069) is a raw CID whose digest also
 * tells the tree's height and how many payload bytes are missing to fill it.
 *
 * @param commP the commitment
 * @param size the padded size, unknown from a version 1
 * @param rawSize payload bytes, unknown from a version 1
 */
public record PieceCid(Commitment commP, Optional<PaddedSize> size, OptionalLong rawSize) {
    private static final int MIN_HEIGHT = 2;
    private static final int MAX_HEIGHT = 57;
    private static final int NODE = 32;

    /** Reads a piece CID of either version. */
    public static PieceCid parse(Cid cid) {
        boolean v2 =
                cid.codec() == Cid.RAW && cid.multihash().code() == Multihash.FR32_SHA2_256_TRUNC254_PADDED_BINARY_TREE;
        if (v2) {
            return parseDigest(cid.multihash().digest());
        }
        if (cid.codec() != Cid.COMMITMENT_UNSEALED) {
            throw new InvalidValueException("piece CID", cid, "a version 1 (baga6ea4sea…) or 2 (bafkzcib…) piece CID");
        }
        return new PieceCid(Commitment.fromCid(cid), Optional.empty(), OptionalLong.empty());
    }

    public static PieceCid parse(String text) {
        return parse(Cid.parse(text));
    }

    /** A piece of which everything is known. */
    public static PieceCid of(PieceInfo piece, long rawSize) {
        requireRawSize(rawSize, piece.size());
        return new PieceCid(piece.commP(), Optional.of(piece.size()), OptionalLong.of(rawSize));
    }

    /** The version 2 CID of a piece of the smallest size that holds {@code rawSize} bytes. */
    public static Cid v2(Commitment commP, long rawSize) {
        return v2(new PieceInfo(commP, PaddedSize.fitting(rawSize)), rawSize);
    }

    /** The version 2 CID of a piece that may be larger than its payload needs. */
    public static Cid v2(PieceInfo piece, long rawSize) {
        requireRawSize(rawSize, piece.size());
        var padding = Varint.encode(piece.size().unpadded().bytes() - rawSize);
        var digest = new byte[padding.length + 1 + NODE];
        System.arraycopy(padding, 0, digest, 0, padding.length);
        digest[padding.length] = (byte) ZeroCommitments.level(piece.size());
        System.arraycopy(piece.commP().bytes(), 0, digest, padding.length + 1, NODE);
        return Cid.of(Cid.RAW, Multihash.of(Multihash.FR32_SHA2_256_TRUNC254_PADDED_BINARY_TREE, digest));
    }

    public Cid v1() {
        return commP.asUnsealedCid();
    }

    /** The version 2 CID, when the sizes are known. */
    public Optional<Cid> v2() {
        return size.isPresent() && rawSize.isPresent()
                ? Optional.of(v2(new PieceInfo(commP, size.get()), rawSize.getAsLong()))
                : Optional.empty();
    }

    private static PieceCid parseDigest(byte[] digest) {
        var padding = Varint.decode(digest, 0);
        if (digest.length != padding.length() + 1 + NODE) {
            throw new InvalidValueException(
                    "piece CID v2 digest", digest.length + " bytes", "a varint, a height byte and 32 bytes");
        }
        int height = digest[padding.length()] & 0xff;
        if (height < MIN_HEIGHT || height > MAX_HEIGHT) {
            throw new InvalidValueException("piece CID v2 height", height, "between 2 and 57");
        }
        var size = new PaddedSize((long) NODE << height);
        long rawSize = size.unpadded().bytes() - padding.value();
        requireRawSize(rawSize, size);
        var root = new byte[NODE];
        System.arraycopy(digest, padding.length() + 1, root, 0, NODE);
        return new PieceCid(Commitment.of(root), Optional.of(size), OptionalLong.of(rawSize));
    }

    private static void requireRawSize(long rawSize, PaddedSize size) {
        if (rawSize < 1 || rawSize > size.unpadded().bytes()) {
            throw new InvalidValueException(
                    "payload size of a piece",
                    rawSize,
                    "between 1 and " + size.unpadded().bytes() + " bytes");
        }
    }
}
