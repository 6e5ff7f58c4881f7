package io.adit.chain.node;

import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;

/** What can go wrong between a node and its client. */
public enum RpcErrorCode implements ErrorCode {
    NODE_UNREACHABLE(ErrorKind.NETWORK, "The full node could not be reached, or the connection broke."),
    NODE_TIMEOUT(ErrorKind.NETWORK, "The full node did not answer in time; whether it acted is not known."),
    NODE_OVERLOADED(ErrorKind.NETWORK, "The full node, or a proxy before it, turned the request away for now."),
    NODE_UNAUTHORIZED(ErrorKind.OPERATOR, "The full node does not accept the API token."),
    NODE_PERMISSION(ErrorKind.OPERATOR, "The API token lacks the permission that the method needs."),
    METHOD_NOT_FOUND(ErrorKind.OPERATOR, "The full node does not know the method: its version is too old or too new."),
    REQUEST_REFUSED(ErrorKind.BUG, "The full node could not read the request: wrong parameters."),
    ANSWER_NOT_UNDERSTOOD(ErrorKind.NETWORK, "The answer has not the shape it should have: is this a full node's API?"),
    ANSWER_TOO_LARGE(ErrorKind.OPERATOR, "The answer is larger than the configured limit."),
    API_INFO_INVALID(ErrorKind.OPERATOR, "The address of the full node could not be read."),
    CALL_FAILED(ErrorKind.CHAIN, "The full node understood the request and answered with an error."),
    ACTOR_NOT_FOUND(ErrorKind.CHAIN, "There is no such actor in the state of that tipset."),
    EXECUTION_REVERTED(ErrorKind.CHAIN, "The message fails when it is run on that state."),
    F3_TICKET_EXPIRED(ErrorKind.CHAIN, "The F3 participation ticket is over; a new one must be fetched."),
    CLIENT_CLOSED(ErrorKind.BUG, "The client of the full node was used after it was closed.");

    private final ErrorKind kind;
    private final String explanation;

    RpcErrorCode(ErrorKind kind, String explanation) {
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
