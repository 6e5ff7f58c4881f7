package io.adit.market.bitswap;

import java.util.Arrays;
import java.util.List;

/** The versions that are spoken, the newest first. They ask alike; how they are answered differs. */
enum BitswapProtocol {
    /** Blocks with the prefix of their CID, and whether others are here. */
    V1_2_0("/ipfs/bitswap/1.2.0"),
    /** Blocks with the prefix of their CID. */
    V1_1_0("/ipfs/bitswap/1.1.0"),
    /** Bare blocks, which clients take for dag-pb under SHA2-256 (CID version 0). */
    V1_0_0("/ipfs/bitswap/1.0.0"),
    /** As 1.0.0. */
    UNVERSIONED("/ipfs/bitswap");

    private static final List<String> IDS =
            Arrays.stream(values()).map(BitswapProtocol::id).toList();

    private final String id;

    BitswapProtocol(String id) {
        this.id = id;
    }

    String id() {
        return id;
    }

    /** The IDs of all, the most wanted first. */
    static List<String> ids() {
        return IDS;
    }

    /** The one with this ID, which is one of {@link #ids}. */
    static BitswapProtocol of(String id) {
        return values()[IDS.indexOf(id)];
    }

    /** Whether a block comes with the prefix of its CID. */
    boolean hasPrefixes() {
        return this == V1_2_0 || this == V1_1_0;
    }

    /** Whether HAVE and DONT_HAVE can be said. */
    boolean hasPresences() {
        return this == V1_2_0;
    }
}
