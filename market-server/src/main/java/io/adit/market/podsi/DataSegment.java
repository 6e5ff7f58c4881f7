package io.adit.market.podsi;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceInfo;
import io.adit.core.ipld.Hashes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * One entry of an aggregate's index: a piece and where it begins, in padded bytes. As it is stored it takes 64 bytes, two nodes
 * of the tree: the commitment; offset and size (little endian) and 126 bits of SHA-256 over all that.
 */
public record DataSegment(PieceInfo piece, long offset) {
    static final int BYTES = 64;
    private static final int NODE = 32;
    private static final int CHECKSUM = 16;

    /** The entry as it is stored, padded. */
    byte[] bytes() {
        return summed(unsummed(piece.commP().bytes(), offset, piece.size().bytes()));
    }

    /** An entry with the checksum that is right for the rest of it. */
    static byte[] summed(byte[] entry) {
        var bytes = Arrays.copyOf(Arrays.copyOf(entry, BYTES - CHECKSUM), BYTES);
        System.arraycopy(checksum(bytes), 0, bytes, BYTES - CHECKSUM, CHECKSUM);
        return bytes;
    }

    private static byte[] unsummed(byte[] commP, long offset, long size) {
        return ByteBuffer.allocate(BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(commP)
                .putLong(offset)
                .putLong(size)
                .array();
    }

    private static byte[] checksum(byte[] unsummed) {
        var sum = Arrays.copyOf(Hashes.sha256(unsummed), CHECKSUM);
        sum[CHECKSUM - 1] &= 0x3f;
        return sum;
    }

    /** Reads an entry; empty when its checksum is wrong, or size or offset are none that a piece can have. */
    static Optional<DataSegment> parse(byte[] entry) {
        var fields = ByteBuffer.wrap(entry).order(ByteOrder.LITTLE_ENDIAN);
        var commP = new byte[NODE];
        fields.get(commP);
        long offset = fields.getLong();
        long size = fields.getLong();
        boolean sound = Arrays.equals(
                checksum(unsummed(commP, offset, size)), Arrays.copyOfRange(entry, BYTES - CHECKSUM, BYTES));
        if (!sound || size < 128 || Long.bitCount(size) != 1 || offset < 0 || offset % size != 0) {
            return Optional.empty();
        }
        return Optional.of(new DataSegment(new PieceInfo(Commitment.of(commP), new PaddedSize(size)), offset));
    }
}
