package io.adit.ops.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.core.fil.Address;
import io.adit.core.fil.SectorSize;
import io.adit.ops.daemon.FullNodes;
import io.adit.ops.daemon.NodeHome;
import io.adit.ops.daemon.NodeInit;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code adit init}: makes a node and its miner, or adopts a miner. */
@Command(
        name = "init",
        mixinStandardHelpOptions = true,
        description = {
            "Make a node: its directory, keys, identity, and a miner actor.",
            "With --actor, adopt a miner whose worker key was imported before."
        })
public final class InitCommand implements Callable<Integer> {
    private static final String FAUCET_FIL = "1000";
    private static final int FAUCET_SECONDS = 60;

    @Mixin
    private NodeDirectory directory = new NodeDirectory();

    @Mixin
    private ChainOption chain = new ChainOption();

    @Option(
            names = "--sector-size",
            converter = SectorSizeConverter.class,
            defaultValue = "32GiB",
            description = {
                "2KiB, 8MiB, 512MiB, 32GiB or 64GiB; fixed for the miner's life. Default: ${DEFAULT-VALUE}",
                "With --actor the miner's own size is used."
            })
    private SectorSize sectorSize = SectorSize.GIB_32;

    @Option(names = "--actor", paramLabel = "MINER", description = "Adopt this miner instead of making one.")
    private @Nullable String actor;

    @Option(
            names = "--owner",
            paramLabel = "ADDRESS",
            description =
                    "The new miner's owner. Without it the worker key owns the miner: fine for a devnet, not for money.")
    private @Nullable String owner;

    @Option(names = "--devnet", description = "Settings for development chains: little confidence, loopback transfers.")
    private boolean development;

    @Option(
            names = "--devnet-control",
            paramLabel = "'TOKEN URL'",
            description = {
                "Let a development chain give the worker 1000 FIL. The two words are what ./adit devnet prints after",
                "'control'."
            })
    private @Nullable String control;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = {
                "A configuration value, for example node.api-listen=127.0.0.1:0; it is written to config.toml.",
                "Elements of a list are separated by commas. May be given often."
            })
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--wait-for-funds",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "How long to wait until the worker's address is funded. Default: ${DEFAULT-VALUE}")
    private int fundsSeconds;

    @Option(names = "--json", description = "Print one JSON object per line.")
    private boolean json;

    @Spec
    private @Nullable CommandSpec spec;

    /** What the initialisation says when money is missing: {@code fund ADDRESS}. */
    private void fund(String line) {
        var words = line.split(" ", -1);
        if (control != null && words.length > 1 && words[0].equals("fund")) {
            ChainControl.parse("control " + control.strip()).fund(Address.parse(words[1]), FAUCET_FIL);
        }
    }

    @Override
    public Integer call() throws IOException {
        var out = Objects.requireNonNull(spec).commandLine().getOut();
        var random = new SecureRandom();
        try (var node = FullNodes.connect(chain.api(), random)) {
            var network = FullNodes.networkOf(node);
            var init = new NodeInit(new NodeHome(directory.path()), node, System.getenv(), random, line -> {
                out.println(
                        json
                                ? JsonNodeFactory.instance
                                        .objectNode()
                                        .put("note", line)
                                        .toString()
                                : line);
                out.flush();
                fund(line);
            });
            var made = init.run(new NodeInit.Choice(
                    chain.api(),
                    sectorSize,
                    Optional.ofNullable(actor).map(Address::parse),
                    Optional.ofNullable(owner).map(Address::parse),
                    development,
                    settings,
                    Duration.ofSeconds(control == null ? fundsSeconds : Math.max(fundsSeconds, FAUCET_SECONDS))));
            if (json) {
                out.println(JsonNodeFactory.instance
                        .objectNode()
                        .put("miner", made.miner().toString(network))
                        .put("owner", made.owner().toString(network))
                        .put("worker", made.worker().toString(network)));
            } else {
                out.println("Miner " + made.miner().toString(network) + " in " + directory.path() + ", worker "
                        + made.worker().toString(network));
                out.println("Start it: adit run --dir " + directory.path());
            }
            out.flush();
            return 0;
        }
    }
}
