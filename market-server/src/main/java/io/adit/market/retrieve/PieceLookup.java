package io.adit.market.retrieve;

/** What a {@link PieceCatalog} knows of a piece. */
public sealed interface PieceLookup {
    /** The piece can be served now. */
    record Here(StoredPiece piece) implements PieceLookup {}

    /** The piece was accepted, but there is no unsealed copy at present. */
    record NoCopy() implements PieceLookup {}

    /** Nobody has heard of it. */
    record Unknown() implements PieceLookup {}
}
