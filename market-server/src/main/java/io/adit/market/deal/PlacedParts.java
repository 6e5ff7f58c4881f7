package io.adit.market.deal;

import io.adit.core.state.Tx;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.UUID;

/** Which pieces of an aggregate that is made here are in their places, on disk; kept as hexadecimal beside the deal. */
record PlacedParts(BitSet have) {
    static PlacedParts of(Tx tx, UUID deal) {
        return new PlacedParts(tx.meta()
                .get(name(deal))
                .map(hex -> BitSet.valueOf(HexFormat.of().parseHex(hex)))
                .orElseGet(BitSet::new));
    }

    static void remove(Tx tx, UUID deal) {
        tx.meta().remove(name(deal));
    }

    private static String name(UUID deal) {
        return "mk20.parts." + deal;
    }

    boolean has(int position) {
        return have.get(position);
    }

    /** Notes one more. */
    void putWith(Tx tx, UUID deal, int position) {
        var more = (BitSet) have.clone();
        more.set(position);
        tx.meta().put(name(deal), HexFormat.of().formatHex(more.toByteArray()));
    }
}
