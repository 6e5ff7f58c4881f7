package io.adit.libp2p.gossipsub;

/** Where RPCs to one peer go. */
@FunctionalInterface
interface RpcSink {
    /** Never waits; false if there is no room. */
    boolean offer(Rpc rpc);
}
