package io.adit.ops.daemon;

import io.adit.chain.actor.Actor;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.devnet.Devnet;
import io.adit.devnet.chain.ChainSettings;
import io.adit.devnet.policy.ChainPolicy;
import io.adit.devnet.rpc.RpcServer;
import io.adit.proofs.ProofsTestKit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A development chain in this process, reached over its real RPC as any other. */
public final class LocalChain implements AutoCloseable {
    private static final byte[] SEED = new byte[32];

    private boolean isServing = true;

    private final Devnet devnet = Devnet.inMemory(
            new ChainSettings(
                    ChainPolicy.fast().withBlockTime(Duration.ofMillis(50)),
                    SectorSize.KIB_2,
                    29,
                    Instant.ofEpochSecond(1_800_000_000),
                    SEED),
            ProofsTestKit.proofs());
    private RpcServer server =
            devnet.serve(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), new SecureRandom());

    /** A chain whose clock runs. */
    public static LocalChain running() {
        var chain = new LocalChain();
        chain.devnet.start();
        return chain;
    }

    public Devnet devnet() {
        return devnet;
    }

    public FullNode node() {
        return devnet.node();
    }

    public String api() {
        return server.apiInfo();
    }

    public void fund(Address to) {
        devnet.ledger().fund(to, TokenAmount.ofFil(1000));
    }

    /** Makes a node's home, with a new miner on this chain; as {@link #init(NodeHome, Devnet, String, Optional, Map)}. */
    public NodeInit.Made init(NodeHome home, Map<String, String> settings) throws IOException {
        return init(home, Optional.empty(), settings);
    }

    /** As {@link #init(NodeHome, Map)}; the miner is its worker's where no owner is named. */
    public NodeInit.Made init(NodeHome home, Optional<Address> owner, Map<String, String> settings) throws IOException {
        return init(home, devnet, api(), owner, settings);
    }

    /**
     * Makes a node's home, with a new miner on a chain whose clock runs. Whoever is to have money gets it; the node will listen on
     * free ports, unless the settings say where.
     */
    public static NodeInit.Made init(
            NodeHome home, Devnet devnet, String api, Optional<Address> owner, Map<String, String> settings)
            throws IOException {
        var all = new HashMap<>(Map.of(
                "node.api-listen", "127.0.0.1:0",
                "retrieval.http-listen", "127.0.0.1:0",
                "market.libp2p-listen", "/ip4/127.0.0.1/tcp/0"));
        all.putAll(settings);
        var init = new NodeInit(home, devnet.node(), Map.of(), new SecureRandom(), line -> {
            if (line.startsWith("fund ")) {
                devnet.ledger().fund(Address.parse(line.split(" ", -1)[1]), TokenAmount.ofFil(5000));
            }
        });
        return init.run(
                new NodeInit.Choice(api, SectorSize.KIB_2, Optional.empty(), owner, true, all, Duration.ofMinutes(1)));
    }

    /** How many CreateMiner messages the chain has executed, whatever came of them. */
    long createMiners() {
        long count = 0;
        var tipset = node().chainHead();
        while (tipset.height().value() > 0) {
            count += node().chainGetParentMessages(tipset.key().cids().getFirst()).stream()
                    .filter(message -> message.message().to().equals(Actor.POWER)
                            && message.message().method() == 2)
                    .count();
            tipset = node().chainGetTipSet(
                            new TipSetKey(tipset.blocks().getFirst().parents()));
        }
        return count;
    }

    /** Where it is served, also while it is not. */
    int port() {
        return server.port();
    }

    /** As when the full node's process dies; the chain goes on without it. */
    void stopServing() {
        server.close();
        isServing = false;
    }

    /** As when it comes back, at the same address with the same token. */
    void serveAgain() {
        int port = server.port();
        server = devnet.serve(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), new SecureRandom());
        isServing = true;
    }

    @Override
    public void close() {
        if (isServing) {
            stopServing();
        }
        devnet.close();
    }
}
