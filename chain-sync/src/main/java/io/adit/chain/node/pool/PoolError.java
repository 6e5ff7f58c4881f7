package io.adit.chain.node.pool;

import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;

/** What can go wrong between several nodes. */
public enum PoolError implements ErrorCode {
    NO_USABLE_NODE(ErrorKind.NETWORK, """
            No full node can be asked: every one of those configured is fenced. The log says why for each.""");

    private final ErrorKind kind;
    private final String explanation;

    PoolError(ErrorKind kind, String explanation) {
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
