package io.adit.core.state;

/** What is advertised of a piece. */
public enum AdKind {
    /** The piece itself, found by its piece CID. */
    PIECE,
    /** The blocks in it. */
    BLOCKS
}
