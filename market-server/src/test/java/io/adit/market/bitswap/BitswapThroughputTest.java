package io.adit.market.bitswap;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.ipld.UnixFsOptions;
import io.adit.libp2p.Host;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.market.GoTools;
import io.adit.market.retrieve.ContentPolicy;
import io.adit.market.retrieve.RetrievalLimits;
import io.adit.market.retrieve.StoredFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * boxo's client fetches the same file from the server and from boxo's, in turns, over TCP on loopback. boxo's has its blocks in
 * memory, the server has them in a piece. Prints the medians; what is asserted is only that neither has gone wrong.
 */
@Tag("slow")
@Timeout(3600)
class BitswapThroughputTest {
    private static final int SIZE = Integer.getInteger("bitswap.mebibytes", 256) << 20;
    private static final int ROUNDS = Integer.getInteger("bitswap.rounds", 5);

    @TempDir
    private Path folder;

    @Test
    void besideBoxosServer() throws Exception {
        var program = GoTools.build("bitswap").toString();
        for (int leaf : new int[] {1 << 20, 16 << 10}) {
            try (var provider = new StoredFixture(folder, RetrievalLimits.DEFAULTS);
                    var server = new BitswapServer(
                            () -> provider.blocks(ContentPolicy.SERVE_ALL),
                            BitswapLimits.DEFAULTS,
                            provider.registry())) {
                var file = provider.store(SIZE, leaf, new UnixFsOptions(leaf, 174, Optional.empty()));
                var boxo = new ProcessBuilder(program, "serve", file.car().toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                try (var host = server.serveOn(Host.builder()
                                .identity(Identity.generate(KeyType.ED25519, new SecureRandom()))
                                .listen("/ip4/127.0.0.1/tcp/0"))
                        .build()) {
                    host.start();
                    var peer = tcpAddress(boxo);
                    var own = host.addresses().getFirst().toString();
                    compare(
                            leaf,
                            new Fetch(program, own, file.root().toString()),
                            new Fetch(program, peer, file.root().toString()));
                } finally {
                    boxo.destroy();
                }
            }
        }
    }

    private static void compare(int leaf, Fetch own, Fetch peer) throws IOException, InterruptedException {
        var owns = new ArrayList<Double>();
        var peers = new ArrayList<Double>();
        for (int round = 0; round <= ROUNDS; round++) {
            var mine = own.rate();
            var theirs = peer.rate();
            // The first warms up.
            if (round > 0) {
                owns.add(mine);
                peers.add(theirs);
            }
        }
        System.out.printf(
                "bitswap, blocks of %d KiB, boxo's client: Adit %.0f MiB/s, boxo %.0f MiB/s, ratio %.2f%n",
                leaf >> 10, median(owns), median(peers), median(owns) / median(peers));
        assertThat(median(owns)).isPositive();
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static String tcpAddress(Process boxo) throws IOException {
        var lines = boxo.inputReader(StandardCharsets.UTF_8);
        Optional<String> tcp = Optional.empty();
        for (var line = lines.readLine(); line != null && !line.equals("ready"); line = lines.readLine()) {
            if (line.contains("/tcp/")) {
                tcp = Optional.of(line);
            }
        }
        return tcp.orElseThrow();
    }

    private record Fetch(String program, String address, String root) {
        /** MiB of blocks a second, in one fetch by a client of its own. */
        double rate() throws IOException, InterruptedException {
            var process = new ProcessBuilder(program, "fetch", address, "/ipfs/bitswap/1.2.0", "1", root)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (var out = process.inputReader(StandardCharsets.UTF_8)) {
                var line = Objects.requireNonNull(out.readLine(), "nothing was fetched from " + address)
                        .split(" ", -1);
                var bytes = Long.parseLong(line[1]);
                assertThat(bytes).isGreaterThan(SIZE);
                return bytes / Double.parseDouble(line[2]) / (1 << 20);
            } finally {
                process.destroy();
            }
        }
    }
}
