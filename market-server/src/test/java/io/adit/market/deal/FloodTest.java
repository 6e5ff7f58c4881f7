package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.ClientDealProposal;
import io.adit.chain.actor.DealLabel;
import io.adit.chain.actor.DealProposal;
import io.adit.core.fil.CommP;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import io.adit.core.state.DealRecord;
import io.adit.core.state.SqlStateStore;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.market.GoTools;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.deal.wire.DealResponse;
import io.adit.market.deal.wire.Transfer;
import io.adit.market.fetch.CutServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Proposals of mixed validity from many go-libp2p clients at once, while the market's process is killed: what a client was told
 * is so, in memory that does not grow.
 */
@Timeout(900)
class FloodTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final byte[] DATA = TestDeals.data(3, 900);
    private static final PieceInfo PIECE = CommP.of(DATA);
    private static final String HEAP = "-Xmx256m";
    /** The heap, and what a JVM with RocksDB, SQLite and two cores needs beside it. */
    private static final long MOST_RSS_KIB = 700 << 10;

    private static final Duration EPOCH = Duration.ofSeconds(3);
    /** Before the deals, which start in 100 epochs, come too late. */
    private static final int MOST_EPOCHS = 60;

    @TempDir
    Path folder;

    private final Map<UUID, Boolean> expected = new HashMap<>();
    private final AtomicLong largest = new AtomicLong();

    @Test
    void losesNoAcknowledgedDeal() throws Exception {
        flood(300, 20, 1);
    }

    @Test
    @Tag("slow")
    void losesNoAcknowledgedDeal_ofTenThousandProposals() throws Exception {
        flood(
                Integer.getInteger("flood.proposals", 10_000),
                Integer.getInteger("flood.clients", 200),
                Integer.getInteger("flood.kills", 3));
    }

    private record Answer(int line, DealResponse response, long micros, int tries) {
        static Answer parse(String text) {
            var words = text.split(" ");
            return new Answer(
                    Integer.parseInt(words[0]),
                    DealResponse.fromCbor(HEX.parseHex(words[1])),
                    Long.parseLong(words[2]),
                    Integer.parseInt(words[3]));
        }
    }

    private void flood(int proposals, int clients, int kills) throws Exception {
        var program = GoTools.build("dealpeer").toString();
        var identity = Identity.generate(KeyType.ED25519, new SecureRandom());
        Files.write(folder.resolve("identity"), identity.toProtobuf());
        var keys = IntStream.range(0, clients).mapToObj(FloodTest::client).toList();
        var chain = new FakeMarketChain(TestDeals.MINER, TestDeals.WORKER.address(), TestDeals.NOW);
        chain.escrow(TestDeals.MINER, TokenAmount.ofFil(1));
        keys.forEach(key -> chain.escrow(key.address(), TokenAmount.ofFil(1)));
        int port = freePort();
        try (var clock = Executors.newSingleThreadScheduledExecutor();
                var server = new ChainServer(chain);
                var source = new CutServer(CutServer.cutting(DATA, DATA.length))) {
            var input = Files.write(
                    folder.resolve("proposals"), lines(proposals, keys, source.url("/a")), StandardCharsets.US_ASCII);
            var market = start(server, port);
            var flood = new ProcessBuilder(
                            program,
                            "/ip4/127.0.0.1/tcp/" + port + "/p2p/" + identity.peerId(),
                            String.valueOf(clients))
                    .redirectInput(input.toFile())
                    .redirectError(folder.resolve("flood.log").toFile())
                    .start();
            var answers = new ArrayList<Answer>();
            long begin = System.nanoTime();
            // What is published is executed, so that deals go on as they do on a chain that lives.
            var epochs = new AtomicInteger();
            var epochsPassing = clock.scheduleAtFixedRate(
                    () -> {
                        if (epochs.incrementAndGet() <= MOST_EPOCHS) {
                            chain.advance(1);
                        }
                    },
                    EPOCH.toMillis(),
                    EPOCH.toMillis(),
                    TimeUnit.MILLISECONDS);
            try (var out = flood.inputReader(StandardCharsets.US_ASCII)) {
                int killed = 0;
                for (var line = out.readLine(); line != null; line = out.readLine()) {
                    answers.add(Answer.parse(line));
                    if (answers.size() % 50 == 0) {
                        sample(market);
                    }
                    if (answers.size() % (proposals / 10) == 0) {
                        System.out.printf(
                                "%d answers after %d s, RSS %d MiB%n",
                                answers.size(), (System.nanoTime() - begin) / 1_000_000_000, rss(market) >> 10);
                    }
                    if (killed < kills && answers.size() >= (killed + 1) * proposals / (kills + 1)) {
                        System.out.printf("After %d answers: kill -9, RSS %d MiB%n", answers.size(), rss(market) >> 10);
                        killed++;
                        market.destroyForcibly().waitFor();
                        market = start(server, port);
                    }
                }
                assertThat(flood.waitFor())
                        .as(Files.readString(folder.resolve("flood.log")))
                        .isZero();
                double seconds = (System.nanoTime() - begin) / 1e9;
                assertThat(market.isAlive()).isTrue();
                long last = rss(market);
                market.destroyForcibly().waitFor();
                report(answers, seconds, last);
                check(answers, proposals);
            } finally {
                epochsPassing.cancel(true);
                flood.destroyForcibly();
                market.destroyForcibly();
            }
        }
    }

    /** What was answered is what was right, and what is in the store is what was acknowledged. */
    private void check(List<Answer> answers, int proposals) throws IOException {
        assertThat(answers.stream().map(Answer::line).distinct()).hasSize(proposals);
        for (var answer : answers) {
            assertThat(answer.response().accepted())
                    .as("line %d: %s", answer.line(), answer.response().message())
                    .isEqualTo(expected.get(uuid(answer.line())));
        }
        try (var store = SqlStateStore.sqlite(folder.resolve("state.db"))) {
            List<DealRecord> stored = store.read(tx -> tx.deals().list());
            var acknowledged = answers.stream()
                    .filter(answer -> answer.response().accepted())
                    .map(answer -> uuid(answer.line()))
                    .collect(Collectors.toSet());
            assertThat(stored.stream().map(DealRecord::uuid)).containsExactlyInAnyOrderElementsOf(acknowledged);
            assertThat(stored.stream().filter(deal -> deal.error().isPresent())).isEmpty();
        }
        assertThat(largest.get()).as("resident memory, KiB").isLessThan(MOST_RSS_KIB);
    }

    private void report(List<Answer> answers, double seconds, long lastRss) throws IOException {
        var times = answers.stream().map(Answer::micros).sorted().toList();
        var codes = answers.stream()
                .collect(Collectors.groupingBy(
                        answer -> answer.response().accepted()
                                ? "ACCEPTED"
                                : answer.response().message().split(":")[0],
                        Collectors.counting()));
        var beats = Files.readAllLines(folder.resolve("heartbeat")).stream()
                .map(line -> line.split(" "))
                .filter(words -> words[0].equals("next"))
                .toList();
        var late =
                beats.stream().map(words -> Long.parseLong(words[1])).sorted().toList();
        var took =
                beats.stream().map(words -> Long.parseLong(words[2])).sorted().toList();
        System.out.printf(
                Locale.ROOT,
                "%d proposals in %.1f s (%.0f a second), %d tries; answer median %.0f ms, p99 %.0f ms, longest %.0f ms%n"
                        + "%s%nRSS at the end %d MiB, at most %d MiB; an urgent task begun late by: median %d ms, p99"
                        + " %d ms, and asking the chain and writing to the store: median %.1f ms, p99 %.1f ms, %d runs%n",
                answers.size(),
                seconds,
                answers.size() / seconds,
                answers.stream().mapToInt(Answer::tries).sum(),
                at(times, 50) / 1e3,
                at(times, 99) / 1e3,
                times.getLast() / 1e3,
                codes,
                lastRss >> 10,
                largest.get() >> 10,
                at(late, 50),
                at(late, 99),
                at(took, 50) / 1e3,
                at(took, 99) / 1e3,
                beats.size());
    }

    private static long at(List<Long> sorted, int percent) {
        return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
    }

    private void sample(Process market) throws IOException {
        largest.accumulateAndGet(rss(market), Math::max);
    }

    private static long rss(Process process) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        }
    }

    private static PrivateKey client(int number) {
        var secret = new byte[32];
        secret[30] = (byte) (1 + number / 200);
        secret[31] = (byte) (1 + number % 200);
        return PrivateKey.of(SignatureType.SECP256K1, secret);
    }

    private static UUID uuid(int line) {
        return new UUID(0xf100d, line);
    }

    /** Of each ten: seven good ones, one of them to be fetched, and three that break different rules. */
    private List<String> lines(int proposals, List<PrivateKey> keys, String url) {
        return IntStream.range(0, proposals)
                .parallel()
                .mapToObj(i -> proposal(i, keys.get(i % keys.size()), url))
                .sequential()
                .peek(params -> expected.put(params.uuid(), params.uuid().getLeastSignificantBits() % 10 < 7))
                .map(params -> DealProtocols.PROPOSE_1_2_1 + " " + HEX.formatHex(params.toCbor()))
                .toList();
    }

    private static DealParams proposal(int i, PrivateKey key, String url) {
        Function<DealProposal, DealProposal> change = p -> p.withClient(key.address())
                .withLabel(new DealLabel.Text("flood " + i))
                .withPricePerEpoch(i % 10 == 7 ? TokenAmount.ZERO : p.pricePerEpoch())
                .withProviderCollateral(i % 10 == 8 ? TokenAmount.ZERO : p.providerCollateral());
        var proposal = change.apply(TestDeals.proposal(PIECE));
        var signer = i % 10 == 9 ? TestDeals.CLIENT : key;
        boolean offline = i % 10 != 6;
        return new DealParams(
                uuid(i),
                offline,
                new ClientDealProposal(proposal, signer.sign(proposal.toCbor())),
                PIECE.pieceCidV1(),
                offline ? new Transfer(DATA.length, "", new byte[0], "") : TestDeals.transfer(DATA.length, url),
                false,
                false);
    }

    private Process start(ChainServer server, int port) throws IOException {
        var command = Stream.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        HEAP,
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FloodNode.class.getName(),
                        folder.toString(),
                        server.url(),
                        "/ip4/127.0.0.1/tcp/" + port,
                        folder.resolve("identity").toString())
                .toList();
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("market.log").toFile()))
                .start();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
