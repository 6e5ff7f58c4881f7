package io.adit.chain.node.rpc;

import io.adit.chain.node.json.JsonType;

/** What the typed methods stand on: calls one method of the catalogue. */
interface RpcCaller {

    <R> R call(RpcMethod<R> method, Argument<?>... arguments);

    /** A parameter with its shape. */
    static <T> Argument<T> arg(JsonType<T> type, T value) {
        return new Argument<>(type, value);
    }
}
