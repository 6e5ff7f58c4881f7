package io.adit.sealing.pipeline;

import io.adit.core.fil.PaddedSize;
import java.util.ArrayList;
import java.util.List;

/**
 * Where pieces lie in a sector: each at a multiple of its own size, gaps filled with zero pieces. The built-in actors
 * infer the same gaps from the pieces that a ProveCommitSectors3 names, so these alone are sent (ref-fvm
 * {@code compute_unsealed_sector_cid}).
 */
final class PiecePacking {

    private PiecePacking() {}

    /** Bytes that the pieces take, in order. */
    static long length(List<PaddedSize> pieces) {
        long sum = 0;
        for (PaddedSize piece : pieces) {
            sum = Math.addExact(sum, piece.bytes());
        }
        return sum;
    }

    /** The zero pieces needed after {@code offset} bytes so that the next piece may have the given size. */
    static List<PaddedSize> paddingBefore(long offset, PaddedSize next) {
        return fill(offset, Math.ceilDiv(offset, next.bytes()) * next.bytes());
    }

    /** The zero pieces from {@code offset} to the sector's end, which is a power of two. */
    static List<PaddedSize> paddingToEnd(long offset, PaddedSize sector) {
        return fill(offset, sector.bytes());
    }

    /** Whether a piece fits behind what is there. */
    static boolean fits(long offset, PaddedSize piece, PaddedSize sector) {
        return Math.ceilDiv(offset, piece.bytes()) * piece.bytes() + piece.bytes() <= sector.bytes();
    }

    private static List<PaddedSize> fill(long offset, long end) {
        var zeroes = new ArrayList<PaddedSize>();
        long at = offset;
        while (at < end) {
            // The largest piece that may start here is the lowest set bit of the offset; from 0 it is the whole.
            long size = at == 0 ? end : Math.min(Long.lowestOneBit(at), Long.highestOneBit(end - at));
            zeroes.add(new PaddedSize(size));
            at += size;
        }
        return zeroes;
    }
}
