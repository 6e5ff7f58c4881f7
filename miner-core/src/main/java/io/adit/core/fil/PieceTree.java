package io.adit.core.fil;

import io.adit.core.error.InvalidValueException;
import java.util.ArrayList;
import java.util.List;

/**
 * Pieces laid side by side in a sector or in a larger piece. Each begins at a multiple of its own size, zeros fill the
 * gaps (Filecoin spec, "Sector", CommD).
 */
public final class PieceTree {
    private PieceTree() {}

    /**
     * The commitment over the pieces in their order, gaps and the rest filled with zeros.
     *
     * @throws InvalidValueException when they do not fit in {@code size}
     */
    public static Commitment commD(List<PieceInfo> pieces, PaddedSize size) {
        var frontier = new TreeFrontier(new NodeHasher());
        for (var piece : layout(pieces, size)) {
            frontier.append(ZeroCommitments.level(piece.size()), piece.commP().bytes(), 0);
        }
        return Commitment.of(frontier.root(ZeroCommitments.level(size)));
    }

    /** The same piece filled up with zeros to a larger size. */
    public static PieceInfo padTo(PieceInfo piece, PaddedSize size) {
        return new PieceInfo(commD(List.of(piece), size), size);
    }

    /**
     * The pieces in their order with the zero pieces that lie between and after them, filling {@code size} exactly.
     *
     * @throws InvalidValueException when they do not fit
     */
    public static List<PieceInfo> layout(List<PieceInfo> pieces, PaddedSize size) {
        var laid = new ArrayList<PieceInfo>(pieces.size() * 2);
        long offset = 0;
        for (var piece : pieces) {
            offset = fillTo(align(offset, piece.size().bytes(), size), offset, laid);
            if (piece.size().bytes() > size.bytes() - offset) {
                throw new InvalidValueException(
                        "pieces", pieces.size() + " with their alignment", "no more than " + size.bytes() + " bytes");
            }
            laid.add(piece);
            offset += piece.size().bytes();
        }
        fillTo(size.bytes(), offset, laid);
        return List.copyOf(laid);
    }

    private static long align(long offset, long unit, PaddedSize size) {
        long rest = offset & (unit - 1);
        long padding = rest == 0 ? 0 : unit - rest;
        // A piece that cannot fit is reported by the caller; no use filling beyond the end before that.
        return padding > size.bytes() - offset ? offset : offset + padding;
    }

    /** Adds the zero pieces between two offsets, each as large as its alignment and the gap allow. */
    private static long fillTo(long end, long from, List<PieceInfo> laid) {
        long offset = from;
        while (offset < end) {
            long gap = Long.highestOneBit(end - offset);
            long zeros = offset == 0 ? gap : Math.min(gap, Long.lowestOneBit(offset));
            var size = new PaddedSize(zeros);
            laid.add(new PieceInfo(ZeroCommitments.of(size), size));
            offset += zeros;
        }
        return offset;
    }
}
