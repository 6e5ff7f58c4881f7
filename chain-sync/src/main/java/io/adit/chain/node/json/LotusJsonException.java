package io.adit.chain.node.json;

import io.adit.chain.node.RpcErrorCode;
import io.adit.core.error.AditException;

/** JSON from outside that has not the shape Lotus gives it. The message names the place and what was found there. */
public final class LotusJsonException extends AditException {

    LotusJsonException(String place, String found) {
        super(RpcErrorCode.ANSWER_NOT_UNDERSTOOD, "Reading JSON at " + place + ": " + found);
    }

    LotusJsonException(String place, RuntimeException cause) {
        super(RpcErrorCode.ANSWER_NOT_UNDERSTOOD, "Reading JSON at " + place + ": " + cause.getMessage(), cause);
    }
}
