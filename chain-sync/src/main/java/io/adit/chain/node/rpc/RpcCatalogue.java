package io.adit.chain.node.rpc;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every method of the node's API that {@link io.adit.chain.node.FullNode} has, except the channel ChainNotify. */
public final class RpcCatalogue {
    private static final String ETHEREUM = "eth_";

    private static final Map<String, RpcMethod<?>> BY_NAME = Stream.of(
                    ChainCalls.METHODS,
                    StateCalls.METHODS,
                    MinerCalls.METHODS,
                    MarketCalls.METHODS,
                    VerifiedRegistryCalls.METHODS,
                    MessageCalls.METHODS,
                    WalletCalls.METHODS,
                    BlockCalls.METHODS,
                    EthCalls.METHODS,
                    MultisigCalls.METHODS)
            .<RpcMethod<?>>flatMap(List::stream)
            .collect(Collectors.toUnmodifiableMap(RpcMethod::wireName, Function.identity()));

    private RpcCatalogue() {}

    /** All methods, in no order. */
    public static List<RpcMethod<?>> methods() {
        return List.copyOf(BY_NAME.values());
    }

    /** A method by its name on the wire, for example {@code Filecoin.ChainHead}; {@code eth_chainId} finds EthChainId. */
    public static Optional<RpcMethod<?>> find(String wireName) {
        return Optional.ofNullable(BY_NAME.get(withoutAlias(wireName)));
    }

    /** The name in Lotus's own API of a method called by Ethereum's name (Lotus {@code CreateEthRPCAliases}). */
    private static String withoutAlias(String wireName) {
        return wireName.startsWith(ETHEREUM) && wireName.length() > ETHEREUM.length()
                ? "Filecoin.Eth" + Character.toUpperCase(wireName.charAt(ETHEREUM.length()))
                        + wireName.substring(ETHEREUM.length() + 1)
                : wireName;
    }
}
