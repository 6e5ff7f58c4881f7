package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.adit.core.fil.CommP;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.task.Task;
import io.adit.core.time.SystemTimeline;
import io.adit.market.GoTools;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.deal.wire.Transfer;
import io.adit.market.fetch.AddressRules;
import io.adit.market.fetch.CutServer;
import io.adit.market.fetch.FetchLimits;
import io.adit.market.fetch.Fetcher;
import io.adit.market.fetch.PieceLocator;
import io.adit.market.fetch.TransferShares;
import io.adit.market.mk20.Mk20Deal;
import io.adit.market.podsi.TestAggregates;
import io.adit.market.policy.ProposalVerdict.Accepted;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Offline deals whose data a server of the operator's has. */
@Timeout(300)
class PieceLocatorTest {
    private static final UUID DEAL = new UUID(21, 22);
    private static final byte[] DATA = TestDeals.data(43, 900);
    private static final String ID = CommP.of(DATA).pieceCidV1().toString();

    @TempDir
    Path folder;

    /** A locator as Curio's clients run them: what it has, by the names under which it has it. */
    private static final class Shelf implements CutServer.Script {
        final Map<String, byte[]> pieces = new ConcurrentHashMap<>();
        private final AtomicInteger cuts = new AtomicInteger();

        Shelf with(String id, byte[] data) {
            pieces.put(id, data);
            return this;
        }

        /** So many bodies end in their middle. */
        Shelf cutting(int times) {
            cuts.set(times);
            return this;
        }

        @Override
        public void answer(List<String> request, OutputStream out) throws IOException {
            var words = request.getFirst().split(" ");
            var data = pieces.get(words[1].substring(words[1].indexOf("?id=") + 4));
            if (data == null) {
                CutServer.say(out, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
            } else if (words[0].equals("HEAD")) {
                CutServer.head(out, 200, 0, data.length);
            } else {
                int from = CutServer.offset(request);
                CutServer.head(out, from == 0 ? 200 : 206, from, data.length);
                int left = data.length - from;
                out.write(data, from, cuts.getAndDecrement() > 0 ? left / 2 : left);
            }
        }
    }

    private static LocatorSettings at(Duration pause, String... locators) {
        return new LocatorSettings(
                Arrays.stream(locators).map(PieceLocator::parse).toList(), pause, pause.multipliedBy(8));
    }

    private static LocatorSettings at(String... locators) {
        return at(Duration.ofMillis(50), locators);
    }

    private DealBench bench(LocatorSettings locators) throws Exception {
        var chain = new FakeMarketChain(TestDeals.MINER, TestDeals.WORKER.address(), TestDeals.NOW);
        chain.escrow(TestDeals.MINER, TokenAmount.ofFil(1));
        return new DealBench(
                folder.resolve("node"),
                Duration.ZERO,
                8,
                chain,
                () -> TestDeals.TERMS,
                settings -> settings.withLocators(locators));
    }

    private static DealParams offline() {
        var online = TestDeals.signed(
                DEAL, TestDeals.proposal(CommP.of(DATA)), TestDeals.CLIENT, new Transfer(0, "", new byte[0], ""));
        return new DealParams(DEAL, true, online.proposal(), online.dataRoot(), online.transfer(), false, false);
    }

    private static void propose(DealBench bench) {
        assertThat(bench.pipeline.desk().propose(offline())).isEqualTo(new Accepted());
    }

    private static void waitForData(DealBench bench, UUID deal) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> bench.deal(deal).checkpoint().compareTo(DealCheckpoint.Transferred) >= 0);
    }

    private static Optional<String> waitsFor(DealBench bench) {
        return bench.unfinishedTasks().stream()
                .filter(task -> task.kind().equals(FetchTask.KIND))
                .findFirst()
                .flatMap(Task::why);
    }

    private void assertOnlyThePieceIsThere(DealBench bench) throws IOException {
        assertThat(bench.deal(DEAL).error()).isEmpty();
        try (var files = Files.list(folder.resolve("node").resolve("pieces"))) {
            assertThat(files).singleElement().satisfies(file -> assertThat(file).hasBinaryContent(DATA));
        }
    }

    @Test
    void bringsTheData_withItsHeaders_andGoesOnWhereItBroke() throws Exception {
        var headers = Files.writeString(folder.resolve("headers"), "# of the shelf\n\nAuthorization: Bearer secret\n");
        try (var empty = new CutServer(new Shelf());
                var server = new CutServer(new Shelf().with(ID, DATA).cutting(2));
                var bench = bench(at(empty.url("/pieces"), server.url("/pieces") + " headers=" + headers))) {
            propose(bench);
            bench.run();

            waitForData(bench, DEAL);

            assertOnlyThePieceIsThere(bench);
            assertThat(empty.requests)
                    .allSatisfy(
                            request -> assertThat(request.getFirst()).isEqualTo("HEAD /pieces?id=" + ID + " HTTP/1.1"));
            assertThat(server.requests)
                    .allSatisfy(request -> assertThat(request).contains("Authorization: Bearer secret"));
            assertThat(server.requests.getFirst().getFirst()).isEqualTo("HEAD /pieces?id=" + ID + " HTTP/1.1");
            assertThat(server.requests.stream().map(CutServer::offset)).contains(450, 675);
        }
    }

    @Test
    void asksAgain_untilItHasThePiece_andSaysWhatItWaitsFor() throws Exception {
        var shelf = new Shelf();
        try (var server = new CutServer(shelf);
                var bench = bench(at(server.url("/pieces")))) {
            propose(bench);
            bench.run();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> waitsFor(bench)
                            .filter(why -> why.startsWith("waits for its data: adit deals import " + DEAL + " FILE")
                                    && why.contains("tries at piece locators: 2")
                                    && why.contains(server.url("/pieces") + ": the server answered with status 404"))
                            .isPresent());

            shelf.with(ID, DATA);

            waitForData(bench, DEAL);
            assertOnlyThePieceIsThere(bench);
        }
    }

    @Test
    void keepsNothingOfOtherData_andTheOperatorCanStillBringIt() throws Exception {
        var other = DATA.clone();
        other[899] ^= 1;
        try (var liar = new CutServer(new Shelf().with(ID, other));
                var large = new CutServer(new Shelf().with(ID, Arrays.copyOf(DATA, 1017)));
                var bench = bench(at(Duration.ofHours(1), liar.url("/pieces"), large.url("/pieces")))) {
            propose(bench);
            bench.run();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> waitsFor(bench)
                            .filter(why -> why.contains("what it has is not the piece")
                                    && why.contains("it has 1017 bytes, which is not what the deal says"))
                            .isPresent());
            assertThat(folder.resolve("node").resolve("pieces")).isEmptyDirectory();
            assertThat(large.requests).hasSize(1);

            bench.pipeline.imports().run(DEAL, Files.write(folder.resolve("disk.car"), DATA));

            waitForData(bench, DEAL);
            assertOnlyThePieceIsThere(bench);
        }
    }

    @Test
    void theOperatorsFileWins_whileALocatorIsStillSending() throws Exception {
        var brought = new CountDownLatch(1);
        var sending = new CountDownLatch(1);
        CutServer.Script slow = (request, out) -> {
            CutServer.head(out, 200, 0, DATA.length);
            if (request.getFirst().startsWith("GET")) {
                out.write(DATA, 0, 100);
                out.flush();
                sending.countDown();
                try {
                    brought.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                out.write(DATA, 100, 1);
                out.flush();
                // And no more: who goes on reading fails.
            }
        };
        try (var server = new CutServer(slow);
                var bench = bench(at(Duration.ofHours(1), server.url("/pieces")))) {
            propose(bench);
            bench.run();
            sending.await();

            bench.pipeline.imports().run(DEAL, Files.write(folder.resolve("disk.car"), DATA));
            brought.countDown();

            waitForData(bench, DEAL);
            assertOnlyThePieceIsThere(bench);
            // The download stopped by itself; it did not break and begin again.
            assertThat(server.requests).hasSize(2);
        }
    }

    @Test
    void theClientsFinishedUploadWins_whileALocatorIsStillSending() throws Exception {
        var brought = new CountDownLatch(1);
        var sending = new CountDownLatch(1);
        CutServer.Script slow = (request, out) -> {
            CutServer.head(out, 200, 0, DATA.length);
            if (request.getFirst().startsWith("GET")) {
                out.write(DATA, 0, 100);
                out.flush();
                sending.countDown();
                try {
                    brought.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                out.write(DATA, 100, 1);
                out.flush();
                // And no more: who goes on reading fails.
            }
        };
        try (var server = new CutServer(slow);
                var bench = bench(at(Duration.ofHours(1), server.url("/pieces")))) {
            propose(bench);
            bench.run();
            sending.await();

            Files.write(uploaded(), DATA);
            bench.store.transactVoid(tx ->
                    ChunkState.begun(DATA.length, 1024).with(1).asFinished().put(tx, DEAL));
            brought.countDown();

            waitForData(bench, DEAL);
            assertOnlyThePieceIsThere(bench);
            // The download stopped by itself; it did not break and begin again.
            assertThat(server.requests).hasSize(2);
        }
    }

    @Test
    void whatItsClientHadBegunToUpload_isRemovedWhenALocatorHasThePiece() throws Exception {
        try (var server = new CutServer(new Shelf().with(ID, DATA));
                var bench = bench(at(server.url("/pieces")))) {
            propose(bench);
            Files.write(uploaded(), Arrays.copyOf(DATA, 100));
            bench.store.transactVoid(
                    tx -> ChunkState.begun(DATA.length, 100).with(1).put(tx, DEAL));
            bench.run();

            waitForData(bench, DEAL);
            assertOnlyThePieceIsThere(bench);
        }
    }

    /** Where the chunks of an upload are written to. */
    private Path uploaded() {
        return folder.resolve("node").resolve("pieces").resolve(DEAL + "-uploaded.part");
    }

    @Test
    void aDirectDealAsksForVersion2First_andAnAggregateForItsPieces() throws Exception {
        var whole = DirectBench.id(1);
        var made = DirectBench.id(2);
        var parts = List.of(TestDeals.data(83, 700), TestDeals.data(82, 400));
        var payload = TestAggregates.payload(new PaddedSize(2048), parts, TestAggregates.segments(parts));
        var shelf = new Shelf().with(v2(DATA), DATA);
        parts.forEach(part -> shelf.with(CommP.of(part).pieceCidV1().toString(), part));
        try (var server = new CutServer(shelf);
                var direct = new DirectBench(
                        folder.resolve("node"),
                        DirectBench.free(),
                        true,
                        settings -> settings.withLocators(at(server.url("/pieces"))))) {
            direct.bench.run();
            var here = new Mk20Deal.Offline();
            assertThat(direct.client
                            .propose(DirectBench.deal(whole, DATA, new Mk20Deal.Raw(), here))
                            .status())
                    .isEqualTo(200);
            var sources = parts.stream()
                    .map(part -> new Mk20Deal.DataSource(DirectBench.pieceCid(part), new Mk20Deal.Raw(), here))
                    .toList();
            var aggregate = new Mk20Deal.DataSource(
                    DirectBench.pieceCid(payload), new Mk20Deal.Aggregate(List.of()), new Mk20Deal.Aggregated(sources));
            assertThat(direct.client
                            .propose(DirectBench.deal(made, aggregate, false))
                            .status())
                    .isEqualTo(200);

            waitForData(direct.bench, whole.uuid());
            waitForData(direct.bench, made.uuid());

            assertThat(server.requests.stream().map(request -> request.getFirst()))
                    .contains("GET /pieces?id=" + v2(DATA) + " HTTP/1.1")
                    .doesNotContain("HEAD /pieces?id=" + ID + " HTTP/1.1");
        }
    }

    /** With a thousand deals that wait for one place, each that gets free would else be a thousand questions. */
    @Test
    void asksNobodyAgain_whileNothingCanBeFetched() throws Exception {
        try (var server = new CutServer(new Shelf().with(ID, DATA));
                var fetcher = new Fetcher(FetchLimits.standard(), new AddressRules(false))) {
            var search = new PieceSearch(fetcher, at(server.url("/pieces")), new SystemTimeline());
            var shares = new TransferShares(new SystemTimeline(), new TransferShares.Limits(1, 1, 0, 0));
            var wanted = new PieceSearch.Wanted(
                    new PieceFetch.Name(DEAL, 0), CommP.of(DATA), OptionalLong.empty(), folder.resolve("located"));
            try (var other = shares.tryOpen("another client").orElseThrow()) {
                assertThat(other).isNotNull();
                for (int i = 0; i < 3; i++) {
                    assertThat(search.run(wanted, () -> shares.tryOpen("client"), bytes -> {}))
                            .isEqualTo(PieceSearch.Ended.NO_PLACE);
                }
            }
            assertThat(server.requests).hasSize(1);

            assertThat(search.run(wanted, () -> shares.tryOpen("client"), bytes -> {}))
                    .isEqualTo(PieceSearch.Ended.FOUND);
            assertThat(wanted.file()).hasBinaryContent(DATA);
            assertThat(shares.tryOpen("client")).as("the place was given back").isPresent();
        }
    }

    @Test
    void asksAFewAtATime_andTheOthersLater() throws Exception {
        var asked = new CountDownLatch(8);
        var go = new CountDownLatch(1);
        var shares = new TransferShares(new SystemTimeline(), new TransferShares.Limits(100, 100, 0, 0));
        try (var server = new CutServer((request, out) -> {
                    asked.countDown();
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    CutServer.say(out, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
                });
                var fetcher = new Fetcher(FetchLimits.standard(), new AddressRules(false));
                var deals = Executors.newVirtualThreadPerTaskExecutor()) {
            var search = new PieceSearch(fetcher, at(Duration.ofHours(1), server.url("/pieces")), new SystemTimeline());
            var running = new ArrayList<Future<PieceSearch.Ended>>();
            for (int i = 0; i < 8; i++) {
                int number = i;
                running.add(deals.submit(() -> ask(search, shares, number)));
            }
            asked.await();

            assertThat(ask(search, shares, 8)).isEqualTo(PieceSearch.Ended.CROWDED);
            assertThat(server.requests).hasSize(8);
            go.countDown();
            for (var search8 : running) {
                assertThat(search8.get()).isEqualTo(PieceSearch.Ended.NOT_YET);
            }
            assertThat(ask(search, shares, 8)).isEqualTo(PieceSearch.Ended.NOT_YET);
            assertThat(server.requests).hasSize(9);
        }
    }

    private PieceSearch.Ended ask(PieceSearch search, TransferShares shares, int number) throws IOException {
        var wanted = new PieceSearch.Wanted(
                new PieceFetch.Name(new UUID(5, number), 0),
                CommP.of(DATA),
                OptionalLong.empty(),
                folder.resolve("located-" + number));
        return search.run(wanted, () -> shares.tryOpen("client"), bytes -> {});
    }

    private static String v2(byte[] data) {
        return DirectBench.pieceCid(data).v2().orElseThrow().toString();
    }

    /** Go's own file server, with its HEAD and its ranges. */
    @Test
    void bringsTheData_fromGo() throws Exception {
        var shelf = Files.createDirectories(folder.resolve("shelf"));
        Files.write(shelf.resolve(ID), DATA);
        var headers = Files.writeString(folder.resolve("headers"), "Authorization: Bearer secret");
        var process = new ProcessBuilder(GoTools.build("carserve").toString(), "pieces", shelf.toString(), "secret")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            var url = Objects.requireNonNull(
                    process.inputReader(StandardCharsets.UTF_8).readLine(), "the Go server ended");
            try (var bench = bench(at(url + "/pieces headers=" + headers))) {
                propose(bench);
                Files.createDirectories(folder.resolve("node/pieces"));
                // As a process that was killed leaves it.
                Files.write(folder.resolve("node/pieces/" + DEAL + "-located.part"), Arrays.copyOf(DATA, 333));
                bench.run();

                waitForData(bench, DEAL);
                assertOnlyThePieceIsThere(bench);
            }
        } finally {
            process.destroy();
        }
    }
}
