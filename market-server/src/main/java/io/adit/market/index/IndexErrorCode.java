package io.adit.market.index;

import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;

/** What can go wrong in the piece index. */
public enum IndexErrorCode implements ErrorCode {
    INDEX_STORE(ErrorKind.HARDWARE, """
            The index's database could not be read or written: the disk is full, broken or read-only. A running node goes \
            on dealing and proving; retrieval by CID does not. Make room or replace the disk. If the node does not start \
            because the database is broken, remove the index's directory: what is in it is made again from the unsealed \
            copies of the pieces when the node starts."""),
    INDEX_NO_COPY(ErrorKind.OPERATOR, """
            The piece exists only sealed; indexing reads an unsealed copy. Unseal the piece, then index it again."""),
    INDEX_PIECE_MALFORMED(ErrorKind.NETWORK, """
            The piece is not a CAR that can be indexed. It is kept, proven and served whole under its piece CID; its \
            blocks cannot be found by CID.""");

    private final ErrorKind kind;
    private final String explanation;

    IndexErrorCode(ErrorKind kind, String explanation) {
        this.kind = kind;
        this.explanation = explanation;
    }

    @Override
    public ErrorKind kind() {
        return kind;
    }

    @Override
    public String explanation() {
        return explanation;
    }
}
