package io.adit.devnet;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.core.fil.Address;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.devnet.chain.ChainLog;
import io.adit.devnet.chain.ChainSettings;
import io.adit.devnet.chain.Production;
import io.adit.devnet.policy.ChainPolicy;
import io.adit.proofs.NativeLibrary;
import io.adit.proofs.NativeProofs;
import io.adit.proofs.ParameterStore;
import io.adit.proofs.ProofSettings;
import io.adit.proofs.Proofs;
import io.adit.proofs.TenthsPrinter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the devnet as a process of its own. */
@Command(
        name = "devnet",
        mixinStandardHelpOptions = true,
        description =
                "Runs an embedded Filecoin development chain. Prints token:multiaddr on the first line of stdout and"
                        + " 'control TOKEN URL' on the second; everything else goes to stderr.")
public final class DevnetMain implements Callable<Integer> {
    private static final int BROKEN = 70;
    private static final long NEWEST_NETWORK = 29;

    @Option(names = "--policy", description = "fast (48 x 10 epochs of 200 ms, the default) or lotus2k")
    private Optional<String> policy = Optional.empty();

    @Option(names = "--listen", defaultValue = "127.0.0.1:0", description = "host:port; port 0 takes a free one")
    private String listen = "127.0.0.1:0";

    @Option(
            names = "--dir",
            description =
                    "keeps the chain here and takes it up again; of an existing chain only the block time can change")
    private Optional<Path> directory = Optional.empty();

    @Option(names = "--sector-size", description = "2KiB or 8MiB (the default), of the block producers")
    private Optional<String> sectorSize = Optional.empty();

    @Option(names = "--block-time", description = "milliseconds between epochs; 0 makes blocks only when told to")
    private Optional<Long> blockMillis = Optional.empty();

    @Option(
            names = "--blocks",
            defaultValue = "devnet",
            description =
                    "who makes the blocks: devnet (the default), miners (an epoch for which no provider sends one in time is a"
                            + " null round) or miners-or-devnet (the devnet fills such an epoch). While no provider has"
                            + " power the devnet makes them in any case")
    private String blocks = "devnet";

    @Option(names = "--fund", description = "ADDRESS=FIL, as often as you like; on a new chain only")
    private Map<String, String> funds = Map.of();

    @Option(
            names = "--patience",
            defaultValue = "120",
            description = "seconds to wait for a late window proof; 0 waits for none. Default: 120")
    private long patienceSeconds;

    @Option(names = "--network-version", description = "28 or 29 (the default)")
    private Optional<Long> networkVersion = Optional.empty();

    @Option(names = "--params", description = "directory of proof parameters (default ~/.cache/adit/params)")
    private Optional<Path> params = Optional.empty();

    @Option(
            names = "--json",
            description = "prints one object, {api, control}: what a node's --chain and --devnet-control take")
    private boolean json;

    @Option(names = "--exit-with-parent", description = "ends when stdin is closed")
    private boolean exitWithParent;

    private static final String LOGBACK = "logback.configurationFile";

    /** Starts the process. */
    public static void main(String[] arguments) {
        // Before the first logger is made; standard output belongs to the two lines.
        System.setProperty(LOGBACK, System.getProperty(LOGBACK, "devnet-logback.xml"));
        System.exit(new CommandLine(new DevnetMain())
                .setExecutionExceptionHandler((failed, command, parsed) -> {
                    command.getErr().println("devnet: " + failed.getMessage());
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var random = new SecureRandom();
        var settings = settings(random);
        requireKeys(settings.sectorSize());
        try (var proofs = proofs();
                var devnet = open(settings, proofs);
                var server = devnet.serve(address(), random)) {
            if (devnet.isUntouched()) {
                funds.forEach((to, fil) -> devnet.ledger().fund(Address.parse(to), TokenAmount.ofFil(fil)));
            }
            if (blockMillis.orElse(1L) > 0) {
                // Every acknowledged block and message is on disk: ending at once loses nothing.
                devnet.start(broken -> Runtime.getRuntime().halt(BROKEN));
            }
            if (json) {
                System.out.println(JsonNodeFactory.instance
                        .objectNode()
                        .put("api", server.apiInfo())
                        .put("control", server.controlToken() + " " + server.controlUrl()));
            } else {
                System.out.println(server.apiInfo());
                System.out.println("control " + server.controlToken() + " " + server.controlUrl());
            }
            System.out.flush();
            waitForTheEnd();
        }
        return 0;
    }

    /** What the options say; what they leave open is as in the chain that the directory holds, or the default. */
    private ChainSettings settings(SecureRandom random) throws IOException {
        var begun = directory.isPresent() ? ChainLog.settings(directory.get()) : Optional.<ChainSettings>empty();
        var seed = new byte[32];
        random.nextBytes(seed);
        var chosen = policy.or(() -> begun.map(chain -> chain.policy().name()))
                .map(ChainPolicy::named)
                .orElse(ChainPolicy.fast());
        var timed = timed(chosen);
        return new ChainSettings(
                timed,
                sectorSize
                        .map(DevnetMain::size)
                        .or(() -> begun.map(ChainSettings::sectorSize))
                        .orElse(SectorSize.MIB_8),
                networkVersion
                        .or(() -> begun.map(ChainSettings::networkVersion))
                        .orElse(NEWEST_NETWORK),
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                seed);
    }

    /** Providers count a block's timestamp in whole seconds, so theirs need epochs of whole seconds. */
    private ChainPolicy timed(ChainPolicy chosen) {
        var asked = blockMillis.filter(millis -> millis > 0).map(Duration::ofMillis);
        if (!production().takesBlocks()) {
            return asked.map(chosen::withBlockTime).orElse(chosen);
        }
        if (asked.filter(time -> time.toMillisPart() != 0).isPresent()) {
            throw new IllegalArgumentException("--block-time must be whole seconds (in milliseconds) with --blocks "
                    + blocks + ", not " + asked.get().toMillis());
        }
        var seconds = Duration.ofSeconds(Math.ceilDiv(chosen.blockTime().toMillis(), 1_000L));
        return chosen.withBlockTime(asked.orElse(seconds));
    }

    private Production production() {
        return switch (blocks) {
            case "devnet" -> Production.BY_DEVNET;
            case "miners" -> Production.BY_MINERS;
            case "miners-or-devnet" -> Production.BY_MINERS_AND_DEVNET;
            default ->
                throw new IllegalArgumentException(
                        "--blocks must be devnet, miners or miners-or-devnet, not " + blocks);
        };
    }

    private static SectorSize size(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "2kib" -> SectorSize.KIB_2;
            case "8mib" -> SectorSize.MIB_8;
            default -> throw new IllegalArgumentException("--sector-size must be 2KiB or 8MiB, not " + text);
        };
    }

    /** Without the verifying keys every good proof would be refused, so they are made before the chain begins. */
    private void requireKeys(SectorSize size) {
        for (var each : List.of(SectorSize.KIB_2, SectorSize.MIB_8)) {
            var missing = purposes()
                    .map(purpose -> ParameterStore.verifyingKeyFile(each, purpose))
                    .filter(file -> !Files.isRegularFile(parameters().resolve(file)))
                    .toList();
            if (!missing.isEmpty() && each == size) {
                make(each);
            } else if (!missing.isEmpty()) {
                LoggerFactory.getLogger(DevnetMain.class)
                        .warn(
                                "{} has no keys for {} sectors: proofs of such sectors will be refused",
                                parameters(),
                                each);
            }
        }
    }

    /** Standard output belongs to the two lines. */
    private void make(SectorSize size) {
        var program = NativeLibrary.locate()
                .parameterProgram()
                .orElseThrow(() -> new IllegalStateException("the keys that verify proofs of " + size
                        + " sectors are not in " + parameters()
                        + ", and adit-params, which makes them, is not beside the proof library; run ./adit build, or"
                        + " name the keys' directory by --params"));
        new ParameterStore(parameters())
                .ensure(size, program, new TenthsPrinter("Proof parameters " + size, System.err::println));
    }

    private Stream<ParameterStore.Purpose> purposes() {
        var always = Stream.of(ParameterStore.Purpose.SEAL, ParameterStore.Purpose.WINDOW_POST);
        return production().takesBlocks()
                ? Stream.concat(always, Stream.of(ParameterStore.Purpose.WINNING_POST))
                : always;
    }

    private Path parameters() {
        return params.orElse(ParameterStore.defaultDirectory());
    }

    private Proofs proofs() {
        return NativeProofs.open(NativeLibrary.locate(), ProofSettings.of(parameters()));
    }

    private Devnet open(ChainSettings settings, Proofs proofs) throws IOException {
        var patience = Duration.ofSeconds(patienceSeconds);
        return directory.isPresent()
                ? Devnet.open(directory.get(), settings, proofs, production(), patience)
                : Devnet.inMemory(settings, proofs, production(), patience);
    }

    private InetSocketAddress address() {
        int colon = listen.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("--listen must be host:port, not " + listen);
        }
        return new InetSocketAddress(listen.substring(0, colon), Integer.parseInt(listen.substring(colon + 1)));
    }

    private void waitForTheEnd() throws IOException, InterruptedException {
        if (!exitWithParent) {
            new CountDownLatch(1).await();
        }
        var buffer = new byte[256];
        while (System.in.read(buffer) >= 0) {
            // What is written to stdin means nothing; only its end does.
        }
    }
}
