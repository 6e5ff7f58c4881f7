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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;

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
