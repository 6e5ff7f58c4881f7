package io.adit.chain.node.rpc;

import io.adit.chain.node.FullNode;
import io.adit.chain.node.json.JsonType;
import io.adit.core.fil.Network;
import java.util.stream.Stream;

/**
 * One method of the node's API, for both sides of the wire.
 *
 * @param name Lotus's name, without the {@code Filecoin.} prefix
 * @param parameters how many positional parameters it takes, exactly
 * @param result the shape of its answer
 * @param callClass how long it may take
 * @param permission what a token must allow
 * @param serve reads the parameters and calls a node with them
 * @param <R> its answer
 */
public record RpcMethod<R>(
        String name, int parameters, JsonType<R> result, CallClass callClass, Permission permission, Service<R> serve) {

    /** How the method is called on the wire. */
    public String wireName() {
        return "Filecoin." + name;
    }

    /** Calls the method on a node that need not be a typed one: the parameters take their way through JSON. */
    public R on(FullNode node, Argument<?>... arguments) {
        // The network only prefixes addresses, and they are read again at once.
        var values = Stream.of(arguments)
                .map(argument -> argument.encode(Network.TESTNET))
                .toList();
        return serve.call(node, new Arguments(wireName(), values));
    }

    RpcMethod<R> in(CallClass otherClass) {
        return new RpcMethod<>(name, parameters, result, otherClass, permission, serve);
    }

    RpcMethod<R> needs(Permission otherPermission) {
        return new RpcMethod<>(name, parameters, result, callClass, otherPermission, serve);
    }

    static <R> RpcMethod<R> method(String name, int parameters, JsonType<R> result, Service<R> serve) {
        return new RpcMethod<>(name, parameters, result, CallClass.QUERY, Permission.READ, serve);
    }

    /** Calls a node with parameters read from JSON. */
    @FunctionalInterface
    public interface Service<R> {
        R call(FullNode node, Arguments arguments);
    }
}
