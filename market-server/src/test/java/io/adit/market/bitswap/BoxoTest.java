package io.adit.market.bitswap;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.ipld.Cid;
import io.adit.core.ipld.UnixFsOptions;
import io.adit.libp2p.Host;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.quic.QuicTransport;
import io.adit.market.GoTools;
import io.adit.market.retrieve.ContentPolicy;
import io.adit.market.retrieve.RetrievalLimits;
import io.adit.market.retrieve.StoredFixture;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** boxo's client, as kubo's and others', against the server. */
@Timeout(600)
class BoxoTest {
    private static final String ALL = "/ipfs/bitswap/1.2.0,/ipfs/bitswap/1.1.0,/ipfs/bitswap/1.0.0,/ipfs/bitswap";
    private static final int SIZE = 6_000_000;

    @TempDir
    private Path folder;

    private StoredFixture provider;
    private StoredFixture.Stored file;
    private BitswapServer server;
    private Host host;

    @BeforeEach
    void open() throws Exception {
        provider = new StoredFixture(folder, RetrievalLimits.DEFAULTS);
        // 150 leaves of 40,000 bytes under nodes of 20 links.
        file = provider.store(SIZE, 3, new UnixFsOptions(40_000, 20, Optional.empty()));
        server = new BitswapServer(
                () -> provider.blocks(ContentPolicy.SERVE_ALL), BitswapLimits.DEFAULTS, provider.registry());
        var builder = server.serveOn(Host.builder()
                .identity(Identity.generate(KeyType.ED25519, new SecureRandom()))
                .listen("/ip4/127.0.0.1/tcp/0"));
        if (QuicTransport.isAvailable()) {
            builder.listen("/ip4/127.0.0.1/udp/0/quic-v1");
        }
        host = builder.build();
        host.start();
    }

    @AfterEach
    void close() {
        host.close();
        server.close();
        provider.close();
    }

    @Test
    void aWholeFile_overEachTransportAndVersion() throws Exception {
        for (var address : host.addresses()) {
            assertThat(fetch(address.toString(), ALL, 1)).isEqualTo(159);
        }
        var tcp = host.addresses().getFirst().toString();
        assertThat(fetch(tcp, "/ipfs/bitswap/1.1.0", 1)).isEqualTo(159);
        // Several clients at once, one of which reads nothing.
        try (var deaf = new Asking(tcp, ALL)) {
            deaf.send("deaf");
            deaf.send("block " + file.root());
            assertThat(deaf.next()).isEqualTo("deaf");
            assertThat(deaf.next()).isEqualTo("sent");
            assertThat(fetch(tcp, ALL, 4)).isEqualTo(4 * 159);
        }
    }

    @Test
    void whatBoxoReads() throws Exception {
        var missing = Cid.rawSha256("missing".getBytes(US_ASCII));
        var leaf = Cid.rawSha256(Arrays.copyOf(file.content(), 40_000));
        var tcp = host.addresses().getFirst().toString();
        try (var client = new Asking(tcp, ALL)) {
            client.send("have !" + leaf);
            assertThat(client.answer()).isEqualTo("/ipfs/bitswap/1.2.0: have " + leaf);
            // The root is short enough to be the answer itself.
            client.send("have !" + file.root());
            assertThat(client.answer()).startsWith("/ipfs/bitswap/1.2.0: block " + file.root() + " ");
            client.send("block !" + missing);
            assertThat(client.answer()).isEqualTo("/ipfs/bitswap/1.2.0: dont " + missing);
            client.send("full block !" + file.root());
            assertThat(client.answer()).startsWith("/ipfs/bitswap/1.2.0: block " + file.root() + " ");
        }
        // Before 1.1.0 a block carries no CID: boxo takes it for dag-pb, version 0.
        for (var old : List.of("/ipfs/bitswap/1.0.0", "/ipfs/bitswap")) {
            try (var client = new Asking(tcp, old)) {
                client.send("block !" + missing + " block " + file.root());
                assertThat(client.answer()).startsWith(old + ": block Qm");
            }
        }
    }

    /** How many blocks came to the clients together. */
    private int fetch(String address, String protocols, int clients) throws IOException, InterruptedException {
        var process = new ProcessBuilder(
                        GoTools.build("bitswap").toString(),
                        "fetch",
                        address,
                        protocols,
                        String.valueOf(clients),
                        file.root().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var out = process.inputReader(StandardCharsets.UTF_8)) {
            var line = Objects.requireNonNull(out.readLine(), "the client got nothing over " + address)
                    .split(" ", -1);
            assertThat(Long.parseLong(line[1])).isGreaterThan((long) clients * SIZE);
            return Integer.parseInt(line[0]);
        } finally {
            process.destroy();
        }
    }

    /** boxo's message codec, line by line. */
    private static final class Asking implements AutoCloseable {
        private final Process process;
        private final BufferedReader lines;

        Asking(String address, String protocols) throws IOException, InterruptedException {
            process = new ProcessBuilder(GoTools.build("bitswap").toString(), "ask", address, protocols)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            lines = process.inputReader(StandardCharsets.UTF_8);
        }

        void send(String line) throws IOException {
            var out = process.outputWriter(StandardCharsets.UTF_8);
            out.write(line + "\n");
            out.flush();
        }

        String next() throws IOException {
            return Objects.requireNonNull(lines.readLine(), "the client ended");
        }

        /** The next line but for what says that something was sent. */
        String answer() throws IOException {
            var line = next();
            while (line.equals("sent")) {
                line = next();
            }
            return line;
        }

        @Override
        public void close() {
            process.destroy();
        }
    }
}
