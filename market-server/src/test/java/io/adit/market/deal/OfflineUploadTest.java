package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.adit.core.fil.CommP;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.SignatureType;
import io.adit.core.state.DealCheckpoint;
import io.adit.market.client.DirectUpload;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.deal.wire.Transfer;
import io.adit.market.mk20.Mk20Client;
import io.adit.market.mk20.Ulid;
import io.adit.market.policy.ProposalVerdict.Accepted;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Offline deals over libp2p whose clients bring the data over HTTP. */
@Timeout(300)
class OfflineUploadTest {
    private static final UUID DEAL = new UUID(0x7700_0000_0000_0011L, 12);
    private static final Ulid NAME = new Ulid(DEAL);
    private static final byte[] DATA = TestDeals.data(41, 1900);

    @TempDir
    Path folder;

    private DirectBench bench(boolean covering) throws Exception {
        var direct = new DirectBench(folder.resolve("node"), DirectBench.free(), covering);
        direct.bench.chain.escrow(TestDeals.MINER, TokenAmount.ofFil(1));
        return direct;
    }

    private static void propose(DirectBench direct, boolean offline) {
        propose(direct, offline, 0);
    }

    /** @param said how many bytes the client says that it will bring */
    private static void propose(DirectBench direct, boolean offline, long said) {
        var online = TestDeals.signed(
                DEAL,
                TestDeals.proposal(CommP.of(DATA)),
                TestDeals.CLIENT,
                offline
                        ? new Transfer(said, "", new byte[0], "")
                        : TestDeals.transfer(DATA.length, "http://127.0.0.1:1/a.car"));
        var params =
                new DealParams(DEAL, offline, online.proposal(), online.dataRoot(), online.transfer(), false, false);
        assertThat(direct.bench.pipeline.desk().propose(params)).isEqualTo(new Accepted());
    }

    private static byte[] chunk(byte[] data, int number) {
        return Arrays.copyOfRange(data, (number - 1) * 1024, Math.min(data.length, number * 1024));
    }

    private static byte[] begin(long rawSize) {
        return ("{\"raw_size\":" + rawSize + ",\"chunk_size\":1024}").getBytes(StandardCharsets.UTF_8);
    }

    private Path file(byte[] data) throws IOException {
        return Files.write(folder.resolve("data"), data);
    }

    private void landed(DirectBench direct) throws IOException {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> direct.bench.deal(DEAL).checkpoint().compareTo(DealCheckpoint.Transferred) > 0);
        assertThat(direct.bench.deal(DEAL).error()).isEmpty();
        try (var files = Files.list(folder.resolve("node/pieces"))) {
            assertThat(files)
                    .singleElement()
                    .satisfies(piece -> assertThat(piece).hasBinaryContent(DATA));
        }
        assertThat(direct.bench.store.<Boolean>read(
                        tx -> ChunkState.find(tx, DEAL).isPresent()))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void takesTheDataInOneRequest_ofTheDealsClientOnly(boolean covering) throws Exception {
        var stranger = TestKeys.key(SignatureType.SECP256K1, 9);
        try (var direct = bench(covering);
                var theirs = new Mk20Client(
                        direct.uri(),
                        new TestKeys().with(stranger),
                        stranger.address(),
                        covering,
                        Clock.systemUTC(),
                        new SecureRandom())) {
            direct.bench.run();
            propose(direct, true);
            assertThat(theirs.upload(NAME, file(DATA)).status()).isEqualTo(401);
            assertThat(unsigned(direct.uri())).isEqualTo(401);
            var other = DATA.clone();
            other[1899] ^= 1;
            assertThat(direct.client.upload(NAME, file(other)))
                    .satisfies(answer -> assertThat(answer.status()).isEqualTo(400))
                    .satisfies(answer -> assertThat(answer.body()).contains("piece CID does not match"));
            assertThat(direct.client
                            .upload(NAME, file(Arrays.copyOf(DATA, 2033)))
                            .body())
                    .contains("longer than the 2032 bytes");
            assertThat(direct.client.upload(NAME, file(new byte[0])).body()).contains("no bytes");
            assertThat(folder.resolve("node/pieces")).isEmptyDirectory();
            assertThat(direct.bench.deal(DEAL).error()).isEmpty();

            assertThat(direct.client.upload(NAME, file(DATA)).status()).isEqualTo(200);

            landed(direct);
            assertThat(direct.client.upload(NAME, file(DATA)).status()).isIn(404, 409);
        }
    }

    /** What it said is what it was given room for. */
    @Test
    void takesNoMoreThanTheClientSaidThatItWouldBring() throws Exception {
        try (var direct = bench(true)) {
            direct.bench.run();
            propose(direct, true, 1899);
            assertThat(direct.client.post("/uploads/" + DEAL, begin(1900)).body())
                    .contains("raw_size must be from 1 to 1899");
            assertThat(direct.client.upload(NAME, file(DATA)).body()).contains("longer than the 1899 bytes");
            assertThat(folder.resolve("node/pieces")).isEmptyDirectory();
            assertThat(direct.client.post("/uploads/" + DEAL, begin(1899)).status())
                    .isEqualTo(200);
        }
    }

    private static int unsigned(URI provider) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(provider.resolve("/market/mk20/upload/" + DEAL))
                    .PUT(HttpRequest.BodyPublishers.ofByteArray(DATA))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }

    /** By its UUID as well as by its ULID; what has come outlasts a restart. */
    @Test
    void takesTheDataInChunks_andGoesOnAfterARestart() throws Exception {
        try (var direct = bench(true)) {
            propose(direct, true);
            assertThat(direct.client.get("/uploads/" + DEAL).status()).isEqualTo(425);
            assertThat(direct.client.post("/uploads/" + DEAL, begin(2033)).body())
                    .contains("raw_size must be from 1 to 2032");
            assertThat(direct.client.post("/uploads/" + DEAL, begin(1900)).status())
                    .isEqualTo(200);
            assertThat(direct.client.uploadChunk(NAME, 2, chunk(DATA, 2)).status())
                    .isEqualTo(200);
        }
        try (var direct = bench(true)) {
            direct.bench.run();
            new DirectUpload(direct.client, line -> {}).send(NAME, file(DATA), 1024);
            landed(direct);
        }
    }

    @Test
    void waitsOn_whenTheChunksAreOtherData() throws Exception {
        var other = TestDeals.data(42, 2000);
        try (var direct = bench(true)) {
            direct.bench.run();
            propose(direct, true);
            new DirectUpload(direct.client, line -> {}).send(NAME, file(other), 1024);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> direct.client.get("/uploads/" + DEAL).status() == 425);
            assertThat(direct.bench.deal(DEAL).checkpoint()).isEqualTo(DealCheckpoint.Accepted);
            assertThat(direct.bench.deal(DEAL).error()).isEmpty();

            // Shorter than what was there before.
            new DirectUpload(direct.client, line -> {}).send(NAME, file(DATA), 1024);
            landed(direct);
        }
    }

    @Test
    void theOperatorMayBringItMeanwhile() throws Exception {
        try (var direct = bench(true)) {
            direct.bench.run();
            propose(direct, true);
            assertThat(direct.client.post("/uploads/" + DEAL, begin(1900)).status())
                    .isEqualTo(200);
            assertThat(direct.client.uploadChunk(NAME, 1, chunk(DATA, 1)).status())
                    .isEqualTo(200);

            direct.bench.pipeline.imports().run(DEAL, file(DATA));

            landed(direct);
            assertThat(direct.client.uploadChunk(NAME, 2, chunk(DATA, 2)).status())
                    .isEqualTo(404);
        }
    }

    @Test
    void takesNothingForDealsWhoseDataIsFetched() throws Exception {
        try (var direct = bench(true)) {
            propose(direct, false);
            assertThat(direct.client.upload(NAME, file(DATA)).status()).isEqualTo(401);
            assertThat(direct.client.post("/uploads/" + DEAL, begin(1900)).status())
                    .isEqualTo(401);
            assertThat(direct.client.post("/uploads/not-a-deal", begin(1900)).status())
                    .isEqualTo(400);
        }
    }
}
