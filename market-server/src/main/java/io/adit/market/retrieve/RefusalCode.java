package io.adit.market.retrieve;

import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;

/** Why a request is not served; the name stands in the answer's JSON. */
public enum RefusalCode implements ErrorCode {
    BAD_REQUEST(400, ErrorKind.NETWORK, "The request is not HTTP that this server reads; the message says why."),
    BAD_CID(400, ErrorKind.NETWORK, "The path holds no CID of the kind that the endpoint serves."),
    BAD_PARAMETER(400, ErrorKind.NETWORK, "A query parameter or header has a value that is not allowed."),
    NOT_FOUND(404, ErrorKind.NETWORK, "Nothing is served under this path, or the block or piece is not stored here."),
    METHOD_NOT_ALLOWED(405, ErrorKind.NETWORK, "Under this path only GET and HEAD are served."),
    NOT_ACCEPTABLE(406, ErrorKind.NETWORK, """
            The gateway is trustless: it serves raw blocks and CARs, which the client checks. Ask for \
            application/vnd.ipld.raw or application/vnd.ipld.car, in Accept or as ?format=raw or ?format=car."""),
    GONE(410, ErrorKind.OPERATOR, "The piece is known here, but no unsealed copy of it is kept at present."),
    NOT_CACHED(412, ErrorKind.NETWORK, "The request said only-if-cached and the block is not stored here."),
    PRECONDITION_FAILED(
            412, ErrorKind.NETWORK, "If-Match names none of the versions of this content, of which there is one."),
    BODY_TOO_LONG(413, ErrorKind.NETWORK, "What was posted is longer than the limit."),
    URI_TOO_LONG(414, ErrorKind.NETWORK, "The request line is longer than the limit."),
    RANGE_NOT_SATISFIABLE(416, ErrorKind.NETWORK, """
            The Range header names no byte that exists, or more than 64 ranges, or in all more bytes than there are."""),
    TOO_MANY_AT_ONCE(
            429, ErrorKind.NETWORK, "As many requests as one address may make are being served; try again shortly."),
    TOO_MANY_HEADERS(431, ErrorKind.NETWORK, "The request's headers are longer than the limit."),
    BLOCKED(451, ErrorKind.OPERATOR, "The operator does not serve this content."),
    DAMAGED(500, ErrorKind.HARDWARE, "The stored copy is shorter than it should be; restore the piece's file."),
    FAILED(500, ErrorKind.HARDWARE, "The index, the state store or a disk failed; the server's log says more."),
    UNSUPPORTED(501, ErrorKind.NETWORK, "The request is valid, but this server does not do it."),
    BUSY(503, ErrorKind.NETWORK, "As many requests as allowed are being served; try again shortly.");

    private final int status;
    private final ErrorKind kind;
    private final String explanation;

    RefusalCode(int status, ErrorKind kind, String explanation) {
        this.status = status;
        this.kind = kind;
        this.explanation = explanation;
    }

    /** The HTTP status. */
    public int status() {
        return status;
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
