package io.adit.chain.node;

import io.adit.chain.node.rpc.Argument;
import io.adit.chain.node.rpc.RpcMethod;
import io.adit.chain.node.rpc.TypedFullNode;
import java.util.List;
import java.util.function.Consumer;

/** A full node of which a test writes only the methods it needs; the others throw. */
public class PartialFullNode extends TypedFullNode {

    @Override
    public <R> R call(RpcMethod<R> method, Argument<?>... arguments) {
        throw new UnsupportedOperationException("the test's full node has no " + method.name());
    }

    @Override
    public HeadSubscription chainNotify(Consumer<List<HeadChange>> listener) {
        throw new UnsupportedOperationException("the test's full node has no ChainNotify");
    }

    @Override
    public void close() {}
}
