package io.adit.core.error;

/** The ways in which miner-core's values and encodings fail. */
public enum CoreErrorCode implements ErrorCode {
    INVALID_VALUE(ErrorKind.OPERATOR, """
            A value is outside what its type allows: a size that is not a power of two, an address with a wrong \
            checksum, a commitment that is not 32 bytes. The message names the value, what was given and the limit. \
            Correct it where it was typed or configured; if a peer or node sent it, that peer is at fault."""),
    MALFORMED_CBOR(ErrorKind.NETWORK, """
            Bytes that should be DAG-CBOR are not: a length beyond the end, an integer that is not in its shortest \
            form, nesting that is too deep, map keys repeated or out of order. They came from a peer, a node or a file; \
            the message gives the byte at which reading stopped. Nothing was taken from them."""),
    MALFORMED_CAR(ErrorKind.NETWORK, """
            Bytes that should be a CAR archive are not: a section longer than allowed, a header without roots, an end \
            in the middle of a block. Ask the sender for the file again, or make it anew."""),
    BLOCK_HASH_MISMATCH(ErrorKind.NETWORK, """
            A block's bytes do not hash to the CID that they came with, so the archive or the transfer is corrupt. \
            Fetch it again; if it happens again from the same source, that source is bad."""),
    MALFORMED_UNIXFS(ErrorKind.NETWORK, """
            A UnixFS graph cannot be read: a block is missing, a node is not dag-pb or raw, or the sizes that a node \
            states do not agree with its children.""");

    private final ErrorKind kind;
    private final String explanation;

    CoreErrorCode(ErrorKind kind, String explanation) {
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
