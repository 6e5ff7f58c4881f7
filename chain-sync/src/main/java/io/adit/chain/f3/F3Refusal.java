package io.adit.chain.f3;

import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import java.util.Arrays;

/** Why a node gives no lease: the JSON-RPC codes of Lotus's {@code api/api_errors.go}, as far as they concern F3. */
public enum F3Refusal {
    /** F3 is switched off at this node. */
    DISABLED(4),
    /** The node cannot read the ticket. */
    TICKET_INVALID(5),
    /** The instances of the ticket are over. */
    TICKET_EXPIRED(6),
    /** Another node has issued the ticket, and its instances are not over: both would vote for the miner. */
    ISSUER_MISMATCH(7),
    /** More instances were asked for than a node leases. */
    TOO_MANY_INSTANCES(8),
    /** The node has a lease for the miner that begins later than the ticket. */
    STARTS_BEFORE_LEASE(9),
    /** F3 has not begun, or the node is not far enough. */
    NOT_READY(10),
    /** The node knows no F3 at all. */
    UNSUPPORTED(-32601),
    /** The API token does not allow it. */
    NOT_PERMITTED(0),
    /** Anything else, such as a node that cannot be reached. */
    OTHER(0);

    private final long rpcCode;

    F3Refusal(long rpcCode) {
        this.rpcCode = rpcCode;
    }

    /** What a failed call means. */
    public static F3Refusal of(RpcException failure) {
        if (failure.code() == RpcErrorCode.NODE_PERMISSION || failure.code() == RpcErrorCode.NODE_UNAUTHORIZED) {
            return NOT_PERMITTED;
        }
        var code = failure.rpcCode();
        if (code.isEmpty()) {
            return OTHER;
        }
        return Arrays.stream(values())
                .filter(refusal -> refusal.rpcCode != 0 && refusal.rpcCode == code.getAsLong())
                .findFirst()
                .orElse(OTHER);
    }
}
