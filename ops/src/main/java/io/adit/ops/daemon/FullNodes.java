package io.adit.ops.daemon;

import io.adit.chain.node.FullNode;
import io.adit.chain.node.pool.NodePool;
import io.adit.chain.node.pool.PoolMember;
import io.adit.chain.node.pool.PoolOptions;
import io.adit.chain.node.rpc.ApiInfo;
import io.adit.chain.node.rpc.JsonRpcFullNode;
import io.adit.chain.node.rpc.RpcOptions;
import io.adit.core.config.NodeConfig;
import io.adit.core.fil.Address;
import io.adit.core.fil.Network;
import io.adit.core.time.SystemTimeline;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Opens connections to full nodes: the one place that says how a program of this project talks to one. */
public final class FullNodes {
    /** Mainnet's genesis is called {@code testnetnet}, a name it kept; nodes that hide the accident say {@code mainnet}. */
    private static final Set<String> MAINNET_NAMES = Set.of("testnetnet", "mainnet");

    private FullNodes() {}

    /**
     * A connection to a node whose network is known.
     *
     * @param api {@code token:multiaddr} as Lotus prints it, or a URL
     */
    static JsonRpcFullNode open(String api, Network network, RandomGenerator random) {
        return new JsonRpcFullNode(ApiInfo.parse(api), RpcOptions.defaults(network), random);
    }

    /**
     * The nodes of a configuration behind one, also where there is only one: it is probed all the same.
     *
     * @param miner whose sectors the nodes must agree on
     */
    static NodePool open(NodeConfig.Chain chain, Address miner, MeterRegistry registry, RandomGenerator random) {
        var members = new ArrayList<PoolMember>();
        for (var api : chain.nodes()) {
            var at = ApiInfo.parse(api).http();
            var name = at.getHost() + ":" + at.getPort();
            boolean taken = members.stream().anyMatch(member -> member.name().equals(name));
            members.add(new PoolMember(
                    taken ? name + "#" + (members.size() + 1) : name, open(api, chain.network(), random)));
        }
        var options = chain.development()
                ? PoolOptions.development(Optional.of(miner))
                : PoolOptions.defaults(Optional.of(miner));
        return NodePool.open(members, options, new SystemTimeline(), registry);
    }

    /**
     * A connection to any node; its network is asked for first.
     *
     * @param api {@code token:multiaddr} as Lotus prints it, or a URL
     */
    public static JsonRpcFullNode connect(String api, RandomGenerator random) {
        var node = open(api, Network.TESTNET, random);
        try {
            if (networkOf(node) == Network.TESTNET) {
                return node;
            }
        } catch (RuntimeException e) {
            node.close();
            throw e;
        }
        node.close();
        return open(api, Network.MAINNET, random);
    }

    /** Whether the node is on mainnet, by the name that its state gives to the network. */
    public static Network networkOf(FullNode node) {
        return networkNamed(node.stateNetworkName());
    }

    /** As {@link #networkOf}, by the name alone. */
    public static Network networkNamed(String name) {
        return MAINNET_NAMES.contains(name) ? Network.MAINNET : Network.TESTNET;
    }
}
