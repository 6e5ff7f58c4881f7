package io.adit.core.fil;

import io.adit.core.ipld.Cid;

/** A piece: its commitment and its size after padding. */
public record PieceInfo(Commitment commP, PaddedSize size) {
    /** The piece CID v1: the commitment alone. */
    public Cid pieceCidV1() {
        return commP.asUnsealedCid();
    }
}
