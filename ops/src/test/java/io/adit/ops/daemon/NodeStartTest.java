package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.ipld.Cid;
import io.adit.core.state.LeaseHolder;
import io.adit.core.state.NodeLease;
import io.adit.core.state.SilentForwarder;
import io.adit.core.state.TestPostgres;
import io.adit.ops.OpsError;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** How a node starts: again, with what it is told, beside a full node that is away. */
class NodeStartTest extends NodeCase {
    @Test
    void nodeOnPostgresqlStartsAgainWithItsState() throws Exception {
        var password = folder.resolve("password");
        Files.writeString(password, "postgres\n");
        var made = init(Map.of(
                "node.database", TestPostgres.freshDatabase(),
                "node.database-user", "postgres",
                "node.database-password-file", password.toString()));

        for (int run = 0; run < 2; run++) {
            try (var node = start(Map.of())) {
                assertThat(node).hasToString("miner " + made.miner());
                var info = get("/api/v1/info");
                assertThat(info.path("miner").asText()).isEqualTo(made.miner().toString());
                assertThat(info.path("libp2p").asText()).contains("/p2p/");
                assertThat(get("/api/v1/proving").path("deadline").isIntegralNumber())
                        .isTrue();
                assertThat(get("/api/v1/messages").path(0).path("key").asText()).isEqualTo("init/create-miner");
                assertThat(get("/api/v1/deals")).isEmpty();
            }
        }
        assertThat(home().directory().resolve("state.db")).doesNotExist();

        leaveLease(new LeaseHolder("the one that died here", home().lockMark()), made.miner(), Duration.ofMinutes(2));
        start(Map.of()).close();
        leaveLease(new LeaseHolder("one before the boot", "another lock"), made.miner(), Duration.ofSeconds(3));
        start(Map.of()).close();

        var config = home().load(Map.of(), Map.of());
        var elsewhere = new LeaseHolder("one elsewhere", "another lock");
        try (var store = home().store(config);
                var lease = NodeLease.take(
                        store,
                        made.miner().toString(config.chain().network()),
                        elsewhere,
                        InstantSource.system(),
                        Duration.ofMinutes(1))) {
            lease.keep(() -> {});
            assertThatThrownBy(() -> start(Map.of())).hasMessageContaining("one elsewhere runs it");
        }
    }

    @Test
    void nodeStartsLater_whenTheDatabaseServerComesUpAfterIt() throws Exception {
        var password = Files.writeString(folder.resolve("password"), "postgres\n");
        var made = init(Map.of(
                "node.database", TestPostgres.freshDatabase(),
                "node.database-user", "postgres",
                "node.database-password-file", password.toString()));
        var server =
                URI.create(home().load(Map.of(), Map.of()).node().database().substring("jdbc:".length()));
        int port = freePort();
        var throughTheDoor = "jdbc:postgresql://127.0.0.1:" + port + server.getPath()
                + Optional.ofNullable(server.getQuery())
                        .map(query -> "?" + query)
                        .orElse("");

        var starting = CompletableFuture.supplyAsync(
                () -> start(Map.of("node.database", throughTheDoor)), Thread::startVirtualThread);
        assertThatThrownBy(() -> starting.get(3, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
        try (var forwarder = new SilentForwarder(port, server.getPort());
                var node = starting.get(1, TimeUnit.MINUTES)) {
            assertThat(forwarder).isNotNull();
            assertThat(node).hasToString("miner " + made.miner());
        }
    }

    /** A lease that is not renewed while disks are waited for runs out, and ends a node that has only begun. */
    @Test
    void leaseIsRenewedAlready_whileAStoragePathHangs() throws Exception {
        init(Map.of());
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> renewing().isEmpty());
        var disk = Files.createDirectory(folder.resolve("disk"));
        var settings = disk.resolve("sectorstore.json");
        assertThat(new ProcessBuilder("mkfifo", settings.toString()).start().waitFor())
                .isZero();

        var starting = CompletableFuture.supplyAsync(
                () -> start(Map.of("storage.paths", disk.toString())), Thread::startVirtualThread);
        var opening = CompletableFuture.supplyAsync(
                () -> openPipe(settings),
                runnable -> Thread.ofPlatform().daemon().start(runnable));
        // A pipe opens once the other side reads, and the reader hangs until it is closed.
        try (var hanging = opening.get(5, TimeUnit.MINUTES)) {
            assertThat(hanging).isNotNull();
            assertThat(starting).isNotDone();
            assertThat(renewing()).hasSize(1);
            Files.delete(settings);
        }
        starting.get(2, TimeUnit.MINUTES).close();
    }

    private static OutputStream openPipe(Path pipe) {
        try {
            return new FileOutputStream(pipe.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Thread> renewing() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("node-lease"))
                .toList();
    }

    private static int freePort() throws IOException {
        try (var door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return door.getLocalPort();
        }
    }

    @Test
    void operatorApiOpensLater_whenItsPortIsTaken() throws Exception {
        init(Map.of());
        var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        int port = taken.getLocalPort();
        try (var node = start(Map.of("node.api-listen", "127.0.0.1:" + port))) {
            assertThat(node).isNotNull();

            taken.close();

            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> Files.exists(home().apiFile())
                            && home().read(home().apiFile()).endsWith(":" + port)
                            && get("/api/v1/proving").path("epoch").asLong() > 0);
        } finally {
            taken.close();
        }
    }

    @Test
    void nodeCanBeStartedAgain_afterMemoryWasShortAtItsStart() throws Exception {
        init(Map.of());
        var scarce = new HashMap<String, String>() {
            private static final long serialVersionUID = 1;

            @Override
            public boolean containsKey(Object key) {
                // The keystore is opened once the directory is locked.
                throw new OutOfMemoryError("unable to create native thread");
            }
        };
        assertThatThrownBy(() -> Node.start(home(), scarce, Map.of(), SOON)).isInstanceOf(OutOfMemoryError.class);

        try (var lock = home().lock()) {
            assertThat(lock.isOpen()).isTrue();
        }
    }

    /** As a node leaves it that is killed. */
    private void leaveLease(LeaseHolder holder, Address miner, Duration length) {
        var config = home().load(Map.of(), Map.of());
        try (var store = home().store(config)) {
            NodeLease.take(store, miner.toString(config.chain().network()), holder, InstantSource.system(), length);
        }
    }

    @Test
    void nodeServesAtOnceAndTakesUpProving_whenTheFullNodeSyncsFirst() throws Exception {
        var made = init(Map.of());
        var announced = "/dns4/provider.example/udp/24001/quic-v1";
        var picture = Files.write(folder.resolve("mars.jpg"), new byte[] {4, 8, 15, 16, 23, 42});
        var packed = keep(picture);
        chain.stopServing();
        try (var syncing = new SyncingNode(chain.port());
                var node = start(Map.of("market.announce-addresses", announced, "market.addresses-on-chain", "true"))) {
            assertThat(node).hasToString("miner " + made.miner());
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(
                            () -> problem("start")
                                    .contains(
                                            "proving has not started: Calling StateNetworkName of the full node: loading tipset"));
            var info = get("/api/v1/info");
            assertThat(info.path("chain").asText()).contains("not known now", "loading tipset");
            assertThat(info.path("miner").asText()).isEqualTo(made.miner().toString());
            assertThat(bytes(info.path("retrieval").asText() + "/piece/"
                            + packed.piece().pieceCidV1()))
                    .isEqualTo(Files.readAllBytes(packed.car()));
            assertThat(syncing.answered()).isPositive();

            syncing.stop();
            chain.serveAgain();

            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> problem("start").isEmpty());
            assertThat(get("/api/v1/info").path("epoch").asLong()).isPositive();
            // Told at a head, signed, sent and executed: all that proving needs goes on.
            Awaitility.await()
                    .atMost(Duration.ofMinutes(2))
                    .until(() -> addressesOf(made.miner()).equals(List.of(announced)));
        }
    }

    @Test
    void nodeProvesNothing_whenTheFullNodeThatWasAwayIsOfAnotherChain() throws Exception {
        init(Map.of());
        var elsewhere = MinerFacts.parse(known().orElseThrow()).withGenesis(Cid.dagCbor(new byte[] {7}));
        try (var store = home().store(home().load(Map.of(), Map.of()))) {
            ChainAtStart.remember(store, home(), elsewhere);
        }
        chain.stopServing();
        try (var node = start(Map.of())) {
            assertThat(node).isNotNull();
            assertThat(problem("start")).contains("proving has not started");

            chain.serveAgain();

            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> problem("start").contains("at the last start it was t0"));
            assertThat(scrape()).contains("adit_f3_participating 0.0");
        }
    }

    @Test
    void nodeWaitsForTheFullNode_whenItHasNeverSeenIt() throws Exception {
        init(Map.of());
        try (var store = home().store(home().load(Map.of(), Map.of()))) {
            store.transactVoid(tx -> tx.meta().remove(ChainAtStart.name(home())));
        }
        chain.stopServing();
        var starting = CompletableFuture.supplyAsync(() -> start(Map.of()), Thread::startVirtualThread);
        Awaitility.await()
                .during(Duration.ofSeconds(2))
                .atMost(Duration.ofSeconds(30))
                .until(() -> !starting.isDone());

        chain.serveAgain();

        try (var node = starting.get(2, TimeUnit.MINUTES)) {
            assertThat(node).isNotNull();
            assertThat(get("/api/v1/proving").path("epoch").asLong()).isPositive();
        }
        assertThat(known()).isPresent();
    }

    private Optional<String> known() {
        try (var store = home().store(home().load(Map.of(), Map.of()))) {
            return store.read(tx -> tx.meta().get(ChainAtStart.name(home())));
        }
    }

    /** What an alarm says; empty while it does not sound. */
    private String problem(String alarm) {
        for (var sounding : get("/health").path("alarms")) {
            if (sounding.path("name").asText().equals(alarm)) {
                return sounding.path("text").asText();
            }
        }
        return "";
    }

    private byte[] bytes(String url) throws Exception {
        var answer =
                http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).as(url).isEqualTo(200);
        return answer.body();
    }

    @Test
    void apiFileHoldsAUrl_whenTheApiListensOnIpv6() throws Exception {
        init(Map.of("node.api-listen", "[::1]:0"));

        try (var node = start(Map.of())) {
            assertThat(node).isNotNull();
            assertThat(home().read(home().apiFile())).startsWith("http://[::1]:");
            assertThat(get("/api/v1/info").path("epoch").asLong()).isPositive();
        }
    }

    @Test
    void nodeRefusesToStart_whenTheConfigurationContradictsTheChain() throws Exception {
        init(Map.of());

        assertThatThrownBy(() -> start(Map.of("sealing.sector-size", "8MiB")))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(OpsError.WRONG_CHAIN))
                .hasMessageContainingAll("8MiB", "2KiB");
        assertThatThrownBy(() -> start(Map.of("chain.network", "mainnet")))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(OpsError.WRONG_CHAIN));
        try (var node = start(Map.of())) {
            assertThat(node).isNotNull();
            assertThat(home().read(home().apiFile())).startsWith("http://127.0.0.1:");
        }
    }
}
