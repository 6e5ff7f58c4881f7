package io.adit.market.client;

import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;

/** How fetching from a provider fails. */
public enum RetrievalErrorCode implements ErrorCode {
    RETRIEVAL_REFUSED(ErrorKind.NETWORK, """
            The provider answered that it does not serve this. The message has its reason; 404 means that it does not have \
            the content, or has it only sealed."""),
    RETRIEVAL_BROKEN(ErrorKind.NETWORK, """
            The answer ended early or stopped coming. Nothing was kept of it; try again, or another provider."""),
    RETRIEVAL_NOT_WHAT_WAS_ASKED(ErrorKind.NETWORK, """
            The provider sent bytes that are not the content asked for: a block that does not hash to its CID, a block out \
            of place, blocks too many, or a piece with another commitment. Nothing was kept; use another provider."""),
    RETRIEVAL_TOO_LARGE(
            ErrorKind.OPERATOR, "The content is larger than the limit given. Raise the limit if it is meant.");

    private final ErrorKind kind;
    private final String explanation;

    RetrievalErrorCode(ErrorKind kind, String explanation) {
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
