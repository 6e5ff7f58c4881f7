package io.adit.ops.cli;

import io.adit.chain.node.FullNode;
import io.adit.core.config.NodeConfig;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.ops.OpsError;
import io.adit.ops.daemon.FullNodes;
import io.adit.ops.daemon.NodeHome;
import java.security.SecureRandom;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which miner on which chain, the same on every command of {@code adit actor}. */
public final class ActorSettings {
    @Mixin
    private NodeDirectory directory = new NodeDirectory();

    @Option(
            names = "--chain",
            paramLabel = "TOKEN:MULTIADDR",
            defaultValue = "${env:FULLNODE_API_INFO}",
            description = "The full node (env FULLNODE_API_INFO). Default: the first of the directory's chain.nodes.")
    private @Nullable String chain;

    @Option(
            names = {"--miner", "--actor"},
            paramLabel = "MINER",
            description = "The miner. Default: the directory's.")
    private @Nullable String miner;

    NodeHome home() {
        return new NodeHome(directory.path());
    }

    NodeConfig config() {
        return home().load(System.getenv(), Map.of());
    }

    FullNode connect() {
        var nodes = config().chain().nodes();
        if ((chain == null || chain.isBlank()) && nodes.isEmpty()) {
            throw new AditException(
                    OpsError.NOT_INITIALISED,
                    "asking the chain: " + directory.path() + " names no full node; give one with --chain");
        }
        return FullNodes.connect(chain == null || chain.isBlank() ? nodes.getFirst() : chain, new SecureRandom());
    }

    Address miner() {
        if (miner != null) {
            return Address.parse(miner);
        }
        if (!home().initialised()) {
            throw new AditException(
                    OpsError.NOT_INITIALISED, directory.path() + " holds no miner; name one with --miner");
        }
        return Address.parse(home().read(home().minerFile()));
    }
}
