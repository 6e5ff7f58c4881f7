package io.adit.ops.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.SectorSize;
import io.adit.ops.OpsError;
import io.adit.ops.cli.ChainControl;
import io.adit.ops.cli.NodeApi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A chain and a provider in one folder, each a process of its own: what the demo shows and what the end-to-end tests
 * torment. The provider can be killed and started again; the chain keeps its state in the folder too.
 */
public final class Household implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(90);
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * How to run it.
     *
     * @param folder holds everything; may be empty
     * @param nodeClassPath the class path of {@code adit}
     * @param devnetClassPath the class path of the devnet
     * @param sectorSize 2 KiB or 8 MiB
     * @param blockTime time between epochs while nobody turns the clock
     * @param patience how long the chain holds its clock in a window that has unproven sectors
     * @param parameters the folder with the proof parameters
     */
    public record Setup(
            Path folder,
            String nodeClassPath,
            String devnetClassPath,
            SectorSize sectorSize,
            Duration blockTime,
            Duration patience,
            Path parameters) {}

    private final Setup setup;
    private Optional<Program> devnet = Optional.empty();
    private Optional<Program> node = Optional.empty();
    private Optional<ChainControl> control = Optional.empty();
    private String chainApi = "";

    public Household(Setup setup) {
        this.setup = setup;
    }

    /** Starts the chain; answers once it ticks. */
    public void startChain() {
        var arguments = new ArrayList<>(List.of(
                "--policy",
                "fast",
                "--listen",
                "127.0.0.1:0",
                "--dir",
                setup.folder().resolve("chain").toString(),
                "--sector-size",
                setup.sectorSize().toString(),
                "--block-time",
                String.valueOf(setup.blockTime().toMillis()),
                "--patience",
                String.valueOf(setup.patience().toSeconds()),
                "--params",
                setup.parameters().toString(),
                "--exit-with-parent"));
        var program = Program.start(
                "devnet", setup.devnetClassPath(), "io.adit.devnet.DevnetMain", arguments, Map.of(), logs());
        devnet = Optional.of(program);
        chainApi = program.nextLine(START);
        control = Optional.of(ChainControl.parse(program.nextLine(START)));
    }

    /** Makes the provider: keys, miner actor, configuration. Its worker is given money first. */
    public Address initNode(String fil) {
        var arguments = new ArrayList<>(List.of(
                "init",
                "--json",
                "--devnet",
                "--dir",
                nodeFolder().toString(),
                "--chain",
                chainApi,
                "--sector-size",
                setup.sectorSize().toString(),
                "--wait-for-funds",
                "60"));
        for (var setting : List.of(
                "node.api-listen=127.0.0.1:0",
                "retrieval.http-listen=127.0.0.1:0",
                "market.libp2p-listen=/ip4/127.0.0.1/tcp/0")) {
            arguments.add("--set");
            arguments.add(setting);
        }
        try (var program =
                Program.start("init", setup.nodeClassPath(), "io.adit.ops.AditMain", arguments, Map.of(), logs())) {
            while (true) {
                var line = json(program.nextLine(START));
                if (line.has("miner")) {
                    program.waitFor(Duration.ofSeconds(20));
                    return Address.parse(line.path("miner").asText());
                }
                var note = line.path("note").asText().split(" ", -1);
                if (note.length > 1 && note[0].equals("fund")) {
                    control().fund(Address.parse(note[1]), fil);
                }
            }
        }
    }

    /** Starts the provider; answers once its operator API does. */
    public void startNode(Map<String, String> environment) {
        try {
            Files.deleteIfExists(nodeFolder().resolve("api"));
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "removing the old api file", e);
        }
        node = Optional.of(launchNode(environment));
        node.get().nextLine(START);
    }

    /** Starts the provider without waiting until it answers: for runs that are meant to die early. */
    public Program launchNode(Map<String, String> environment) {
        var program = Program.start(
                "node",
                setup.nodeClassPath(),
                "io.adit.ops.AditMain",
                List.of(
                        "run",
                        "--exit-with-parent",
                        "--dir",
                        nodeFolder().toString(),
                        "--set",
                        "proofs.params-dir=" + setup.parameters()),
                environment,
                logs());
        node = Optional.of(program);
        return program;
    }

    public Program node() {
        return node.orElseThrow(() -> new IllegalStateException("the node was not started"));
    }

    public Program chain() {
        return devnet.orElseThrow(() -> new IllegalStateException("the chain was not started"));
    }

    public ChainControl control() {
        return control.orElseThrow(() -> new IllegalStateException("the chain was not started"));
    }

    /** {@code token:multiaddr} of the chain. */
    public String chainApi() {
        return chainApi;
    }

    /** The provider's operator API. */
    public NodeApi api() {
        return NodeApi.of(nodeFolder());
    }

    public Path nodeFolder() {
        return setup.folder().resolve("node");
    }

    private Path logs() {
        return setup.folder().resolve("logs");
    }

    private static JsonNode json(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + line, e);
        }
    }

    /** Stops both; what is on disk stays. */
    @Override
    public void close() {
        node.ifPresent(Program::close);
        devnet.ifPresent(Program::close);
    }
}
