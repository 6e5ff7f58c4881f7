package io.adit.chain.node;

import io.adit.core.error.AditException;
import java.util.OptionalLong;

/** A call of the full node that did not give an answer. */
public final class RpcException extends AditException {

    /** JSON-RPC code of every application error that has no code of its own. */
    public static final int APPLICATION_ERROR = 1;

    /** JSON-RPC code for an actor that is not in the state. */
    public static final int ACTOR_NOT_FOUND = 11;

    /** JSON-RPC code for a message that fails when it is run. */
    public static final int EXECUTION_REVERTED = 3;

    /** JSON-RPC code for an F3 participation ticket that is over. */
    public static final int F3_TICKET_EXPIRED = 6;

    private final String method;
    private final transient OptionalLong rpcCode;
    private final String nodeMessage;

    private RpcException(RpcErrorCode code, String method, OptionalLong rpcCode, String nodeMessage) {
        super(code, text(method, nodeMessage));
        this.method = method;
        this.rpcCode = rpcCode;
        this.nodeMessage = nodeMessage;
    }

    private RpcException(RpcErrorCode code, String method, String what, Throwable cause) {
        super(code, text(method, what), cause);
        this.method = method;
        this.rpcCode = OptionalLong.empty();
        this.nodeMessage = what;
    }

    private static String text(String method, String what) {
        return "Calling " + method + " of the full node: " + what;
    }

    /** The node answered with a JSON-RPC error object. */
    public static RpcException answered(String method, long rpcCode, String nodeMessage) {
        return new RpcException(codeOf(rpcCode, nodeMessage), method, OptionalLong.of(rpcCode), nodeMessage);
    }

    /** No JSON-RPC answer came. */
    public static RpcException unanswered(RpcErrorCode code, String method, String what) {
        return new RpcException(code, method, OptionalLong.empty(), what);
    }

    /** No JSON-RPC answer came, because of something that was thrown. */
    public static RpcException unanswered(RpcErrorCode code, String method, String what, Throwable cause) {
        return new RpcException(code, method, what, cause);
    }

    private static RpcErrorCode codeOf(long rpcCode, String message) {
        if (rpcCode == ACTOR_NOT_FOUND) {
            return RpcErrorCode.ACTOR_NOT_FOUND;
        }
        if (rpcCode == EXECUTION_REVERTED) {
            return RpcErrorCode.EXECUTION_REVERTED;
        }
        if (rpcCode == F3_TICKET_EXPIRED) {
            return RpcErrorCode.F3_TICKET_EXPIRED;
        }
        if (rpcCode == -32601) {
            return RpcErrorCode.METHOD_NOT_FOUND;
        }
        if (rpcCode <= -32600 && rpcCode >= -32700) {
            return RpcErrorCode.REQUEST_REFUSED;
        }
        // Lotus has no code of its own for this; the words are those of go-jsonrpc's auth package.
        return message.startsWith("missing permission to invoke")
                ? RpcErrorCode.NODE_PERMISSION
                : RpcErrorCode.CALL_FAILED;
    }

    /** The Lotus method, without the {@code Filecoin.} prefix. */
    public String method() {
        return method;
    }

    /** The JSON-RPC error code, where the node answered with one. */
    public OptionalLong rpcCode() {
        return rpcCode;
    }

    /** The node's own words; for people, since they differ between nodes and versions. */
    public String nodeMessage() {
        return nodeMessage;
    }
}
