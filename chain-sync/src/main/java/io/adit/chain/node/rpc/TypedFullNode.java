package io.adit.chain.node.rpc;

import io.adit.chain.node.FullNode;
import io.adit.chain.node.NodeVersion;

/** Every typed method of a full node, made of one: {@link #call}. */
public abstract class TypedFullNode
        implements FullNode,
                ChainCalls,
                StateCalls,
                MinerCalls,
                MarketCalls,
                VerifiedRegistryCalls,
                MessageCalls,
                WalletCalls,
                BlockCalls,
                EthCalls,
                MultisigCalls {

    @Override
    public NodeVersion version() {
        return StateCalls.super.version();
    }
}
