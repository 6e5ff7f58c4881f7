package io.adit.chain.node;

/**
 * A Filecoin full node (Lotus or Forest) as a storage provider uses it: one method for each method of Lotus's v1
 * JSON-RPC API that it needs, under Lotus's name. The groups are separate interfaces so that a part of the provider can
 * say which part of the node it uses. Of what Curio lists only {@code ChainPutObj} is left out: its parameter is a Go interface, so that
 * every released Lotus answers any request with "cannot unmarshal object into Go value of type blocks.Block" (ChainSafe/forest#4471; a
 * form for it is proposed in filecoin-project/lotus#13811), and Forest does not have it (ChainSafe/forest#4532).
 *
 * <p>Where a method takes a {@link io.adit.chain.type.TipSetKey}, it answers for the state <em>at</em> that tipset,
 * which is the state after its parents' messages; {@link io.adit.chain.type.TipSetKey#EMPTY} means the node's present
 * head.
 *
 * <p>Every method may throw {@link RpcException} (kinds NETWORK, OPERATOR, CHAIN, BUG; see {@link RpcErrorCode}) and an
 * {@link io.adit.core.error.AditException} with {@link RpcErrorCode#ANSWER_NOT_UNDERSTOOD} when the answer has another
 * shape than Lotus's. Nothing is retried: after {@link RpcErrorCode#NODE_TIMEOUT} of a method that changes something,
 * the caller must find out whether it happened. All methods block and may be called from any thread, best a virtual
 * one.
 */
public interface FullNode
        extends ChainApi,
                StateApi,
                MinerApi,
                MarketApi,
                VerifiedRegistryApi,
                MessageApi,
                WalletApi,
                BlockApi,
                EthApi,
                MultisigApi,
                AutoCloseable {

    /** Lotus {@code Version}: also the cheapest way to see whether the node answers. */
    NodeVersion version();

    /** Ends subscriptions and connections. */
    @Override
    void close();
}
