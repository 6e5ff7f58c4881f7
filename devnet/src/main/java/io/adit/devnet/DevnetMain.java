package io.adit.devnet;

import io.adit.core.fil.Address;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.devnet.chain.ChainSettings;
import io.adit.devnet.policy.ChainPolicy;
import io.adit.proofs.NativeLibrary;
import io.adit.proofs.NativeProofs;
import io.adit.proofs.ProofSettings;
import io.adit.proofs.Proofs;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
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
    @Option(names = "--policy", defaultValue = "fast", description = "fast (48 x 10 epochs of 200 ms) or lotus2k")
    private String policy = "fast";

    @Option(names = "--listen", defaultValue = "127.0.0.1:0", description = "host:port; port 0 takes a free one")
    private String listen = "127.0.0.1:0";

    @Option(names = "--dir", description = "keeps the chain here, so that it can be taken up again")
    private Optional<Path> directory = Optional.empty();

    @Option(names = "--sector-size", defaultValue = "8MiB", description = "2KiB or 8MiB, of the block producers")
    private String sectorSize = "8MiB";

    @Option(names = "--block-time", description = "milliseconds between epochs; 0 makes blocks only when told to")
    private Optional<Long> blockMillis = Optional.empty();

    @Option(names = "--fund", description = "ADDRESS=FIL, as often as you like")
    private Map<String, String> funds = Map.of();

    @Option(names = "--patience", defaultValue = "0", description = "seconds to wait for a late window proof")
    private long patienceSeconds;

    @Option(names = "--network-version", defaultValue = "29", description = "28 or 29")
    private long networkVersion = 29;

    @Option(names = "--params", description = "directory of proof parameters (default ~/.cache/adit/params)")
    private Optional<Path> params = Optional.empty();

    @Option(names = "--exit-with-parent", description = "ends when stdin is closed")
    private boolean exitWithParent;

    private static final String LOGBACK = "logback.configurationFile";

    /** Starts the process. */
    public static void main(String[] arguments) {
        // Before the first logger is made; standard output belongs to the two lines.
        System.setProperty(LOGBACK, System.getProperty(LOGBACK, "devnet-logback.xml"));
        System.exit(new CommandLine(new DevnetMain()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var random = new SecureRandom();
        var settings = settings(random);
        try (var proofs = proofs();
                var devnet = open(settings, proofs);
                var server = devnet.serve(address(), random)) {
            funds.forEach((to, fil) -> devnet.ledger().fund(Address.parse(to), TokenAmount.ofFil(fil)));
            if (blockMillis.orElse(1L) > 0) {
                devnet.start();
            }
            System.out.println(server.apiInfo());
            System.out.println("control " + server.controlToken() + " " + server.controlUrl());
            System.out.flush();
            waitForTheEnd();
        }
        return 0;
    }

    private ChainSettings settings(SecureRandom random) {
        var seed = new byte[32];
        random.nextBytes(seed);
        var chosen = ChainPolicy.named(policy);
        var timed = blockMillis
                .filter(millis -> millis > 0)
                .map(millis -> chosen.withBlockTime(Duration.ofMillis(millis)))
                .orElse(chosen);
        var size = switch (sectorSize.toLowerCase(java.util.Locale.ROOT)) {
            case "2kib" -> SectorSize.KIB_2;
            case "8mib" -> SectorSize.MIB_8;
            default -> throw new IllegalArgumentException("--sector-size must be 2KiB or 8MiB, not " + sectorSize);
        };
        return new ChainSettings(timed, size, networkVersion, Instant.now().truncatedTo(ChronoUnit.SECONDS), seed);
    }

    private Proofs proofs() {
        var home = Path.of(System.getProperty("user.home"), ".cache", "adit", "params");
        return NativeProofs.open(NativeLibrary.locate(), ProofSettings.of(params.orElse(home)));
    }

    private Devnet open(ChainSettings settings, Proofs proofs) throws IOException {
        var patience = Duration.ofSeconds(patienceSeconds);
        return directory.isPresent()
                ? Devnet.open(directory.get(), settings, proofs, patience)
                : Devnet.inMemory(settings, proofs, patience);
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
