package io.adit.chain.node;

import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;

/** Why a chain cannot be worked with. */
public enum NetworkErrorCode implements ErrorCode {
    NETWORK_TOO_OLD(ErrorKind.OPERATOR, """
            The full node's chain runs by rules that Adit does not know any more. Is the node of the right network, and is it \
            synchronised?""");

    private final ErrorKind kind;
    private final String explanation;

    NetworkErrorCode(ErrorKind kind, String explanation) {
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
