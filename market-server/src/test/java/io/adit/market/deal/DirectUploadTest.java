package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.adit.core.state.DealCheckpoint;
import io.adit.market.mk20.Mk20Client.Answer;
import io.adit.market.mk20.Mk20Deal;
import io.adit.market.mk20.Ulid;
import io.adit.market.policy.UploadTerms;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Data that clients upload over HTTP. */
class DirectUploadTest {
    private static final Ulid DEAL = DirectBench.id(1);
    private static final byte[] DATA = TestDeals.data(71, 1900);

    @TempDir
    Path folder;

    private static Mk20Deal deal() {
        return DirectBench.deal(DEAL, DATA, new Mk20Deal.Raw(), new Mk20Deal.Put());
    }

    private static byte[] begin(long rawSize, long chunkSize) {
        return ("{\"raw_size\":" + rawSize + ",\"chunk_size\":" + chunkSize + "}").getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] chunk(int number) {
        return Arrays.copyOfRange(DATA, (number - 1) * 1024, Math.min(DATA.length, number * 1024));
    }

    private static void landed(DirectBench direct) throws Exception {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> direct.record(DEAL).checkpoint() == DealCheckpoint.IndexedAndAnnounced);
        var piece = DealPipelineTest.piece(direct.bench, DEAL.uuid());
        assertThat(piece.file().orElseThrow()).hasBinaryContent(DATA);
        assertThat(direct.bench.store.<Boolean>read(
                        tx -> ChunkState.find(tx, DEAL.uuid()).isPresent()))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void takesTheDataInOneRequest(boolean covering) throws Exception {
        try (var direct = new DirectBench(folder, DirectBench.free(), covering)) {
            direct.bench.run();
            direct.client.propose(deal());
            assertThat(direct.client.status(DEAL).body()).contains("\"uploading\"");
            assertThat(direct.client.post("/upload/" + DEAL, new byte[0]).status())
                    .isEqualTo(400);
            var file = Files.write(folder.resolve("data"), DATA);

            assertThat(direct.client.upload(DEAL, file)).isEqualTo(new Answer(200, ""));

            assertThat(direct.client.post("/upload/" + DEAL, new byte[0]).status())
                    .isEqualTo(200);
            landed(direct);
            assertThat(direct.client.upload(DEAL, file).status()).isIn(404, 409);
        }
    }

    @Test
    void takesTheDataInChunks_inAnyOrder_andGoesOnAfterARestart() throws Exception {
        try (var direct = new DirectBench(folder)) {
            direct.client.propose(deal());
            assertThat(direct.client.get("/uploads/" + DEAL).status()).isEqualTo(425);
            assertThat(direct.client.post("/uploads/" + DEAL, begin(1900, 1024)).status())
                    .isEqualTo(200);
            assertThat(direct.client.post("/uploads/" + DEAL, begin(1900, 1024)).status())
                    .isEqualTo(409);
            assertThat(direct.client.uploadChunk(DEAL, 2, chunk(2)).status()).isEqualTo(200);
            assertThat(direct.client.uploadChunk(DEAL, 2, chunk(2)).status()).isEqualTo(409);
            assertThat(direct.client.uploadChunk(DEAL, 3, chunk(2)).status()).isEqualTo(404);
            assertThat(direct.client.post("/uploads/finalize/" + DEAL, new byte[0]))
                    .satisfies(answer -> assertThat(answer.status()).isEqualTo(400))
                    .satisfies(answer -> assertThat(answer.body()).contains("1 chunks are missing, the first is 1"));
        }
        try (var direct = new DirectBench(folder)) {
            direct.bench.run();
            assertThat(direct.client.get("/uploads/" + DEAL).body())
                    .isEqualTo("{\"total_chunks\":2,\"uploaded\":1,\"missing\":1,\"uploaded_chunks\":[2],"
                            + "\"missing_chunks\":[1]}");
            assertThat(direct.client.uploadChunk(DEAL, 1, chunk(1)).status()).isEqualTo(200);
            assertThat(direct.client
                            .post("/uploads/finalize/" + DEAL, new byte[0])
                            .status())
                    .isEqualTo(200);
            landed(direct);
            assertThat(direct.client
                            .post("/uploads/finalize/" + DEAL, new byte[0])
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void saysThatAsManyUploadsRunAsTheClientMayHave() throws Exception {
        var none = DirectBench.free().withUploads(new UploadTerms(32, 0, Duration.ofDays(1)));
        try (var direct = new DirectBench(folder, none, true)) {
            direct.client.propose(deal());

            assertThat(direct.client.upload(DEAL, Files.write(folder.resolve("data"), DATA)))
                    .satisfies(answer -> assertThat(answer.status()).isEqualTo(429))
                    .satisfies(answer -> assertThat(answer.body())
                            .startsWith("TOO_MANY_UPLOADS: data.source_http_put must be one of at most 0 of a client"));
        }
    }

    @Test
    void dealFailsAndGivesItsRoomBack_whenItsDataIsNotUploadedInTime() throws Exception {
        var atOnce = DirectBench.free()
                .withUploads(new UploadTerms(32, 8, Duration.ZERO))
                .withMaxStagingBytesPerClient(2000);
        try (var direct = new DirectBench(folder, atOnce, true)) {
            direct.client.propose(deal());
            direct.client.post("/uploads/" + DEAL, begin(1900, 1024));
            assertThat(direct.client.uploadChunk(DEAL, 1, chunk(1)).status()).isEqualTo(200);
            var second = DirectBench.deal(
                    DirectBench.id(2), TestDeals.data(71, 1900), new Mk20Deal.Raw(), new Mk20Deal.Put());
            assertThat(direct.client.propose(second))
                    .satisfies(answer -> assertThat(answer.status()).isEqualTo(429))
                    .satisfies(answer -> assertThat(answer.body())
                            .startsWith("Reason: STAGING_SHARE: data.piece_cid must be at most 100"));

            direct.bench.run();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> direct.record(DEAL).error().isPresent());

            assertThat(direct.client.status(DEAL).body())
                    .contains("DEAL_NO_UPLOAD")
                    .contains("\"failed\"");
            assertThat(direct.client.uploadChunk(DEAL, 2, chunk(2)).status()).isEqualTo(404);
            assertThat(folder.resolve("pieces")).isEmptyDirectory();
            // The connection from before the waiting may just be closed for having been idle.
            try (var fresh = direct.client(true)) {
                assertThat(fresh.propose(second).status()).isEqualTo(200);
            }
        }
    }

    @Test
    void removesWhatAKilledProcessLeft_ofDealsThatDoNotWait() throws Exception {
        var pieces = folder.resolve("pieces");
        try (var direct = new DirectBench(folder)) {
            direct.client.propose(deal());
            direct.client.post("/uploads/" + DEAL, begin(1900, 1024));
            direct.client.uploadChunk(DEAL, 1, chunk(1));
        }
        var wanted = pieces.resolve(DEAL.uuid() + ".part");
        var left = Files.write(pieces.resolve(DirectBench.id(9).uuid() + ".part"), DATA);
        var ofAggregate = Files.write(pieces.resolve(DirectBench.id(9).uuid() + "-3.part"), DATA);

        try (var direct = new DirectBench(folder)) {
            assertThat(direct.record(DEAL).error()).isEmpty();
            assertThat(wanted).exists();
            assertThat(left).doesNotExist();
            assertThat(ofAggregate).doesNotExist();
        }
    }

    @Test
    void nothingLands_thatIsNotThePiece() throws Exception {
        var other = DATA.clone();
        other[1899] ^= 1;
        try (var direct = new DirectBench(folder)) {
            direct.client.propose(deal());

            assertThat(direct.client
                            .upload(DEAL, Files.write(folder.resolve("a"), other))
                            .body())
                    .startsWith("piece CID does not match");
            assertThat(direct.client
                            .upload(DEAL, Files.write(folder.resolve("b"), Arrays.copyOf(DATA, 1899)))
                            .body())
                    .startsWith("piece raw size does not match");
            assertThat(direct.client
                            .upload(DEAL, Files.write(folder.resolve("c"), Arrays.copyOf(DATA, 1901)))
                            .status())
                    .isEqualTo(400);

            assertThat(folder.resolve("pieces")).isEmptyDirectory();
            assertThat(direct.record(DEAL).checkpoint()).isEqualTo(DealCheckpoint.Accepted);
        }
    }

    @Test
    void theDealFails_whenItsChunksTogetherAreNotThePiece() throws Exception {
        var other = chunk(1);
        other[0] ^= 1;
        try (var direct = new DirectBench(folder)) {
            direct.bench.run();
            direct.client.propose(deal());
            direct.client.post("/uploads/" + DEAL, begin(1900, 1024));
            direct.client.uploadChunk(DEAL, 1, other);
            direct.client.uploadChunk(DEAL, 2, chunk(2));
            direct.client.post("/uploads/finalize/" + DEAL, new byte[0]);

            await().atMost(Duration.ofSeconds(60))
                    .until(() -> direct.record(DEAL).error().isPresent());
            assertThat(direct.client.status(DEAL).body()).contains("DEAL_WRONG_COMMP");
            assertThat(folder.resolve("pieces")).isEmptyDirectory();
        }
    }

    /** As after a power cut, with the chunks noted and the folder's entry not on disk. */
    @ParameterizedTest
    @ValueSource(longs = {-1, 1024})
    void takesTheChunksAgain_whenThePartIsLostOrShorter(long left) throws Exception {
        try (var direct = new DirectBench(folder)) {
            direct.client.propose(deal());
            direct.client.post("/uploads/" + DEAL, begin(1900, 1024));
            direct.client.uploadChunk(DEAL, 1, chunk(1));
            direct.client.uploadChunk(DEAL, 2, chunk(2));
            direct.client.post("/uploads/finalize/" + DEAL, new byte[0]);
            var part = folder.resolve("pieces").resolve(DEAL.uuid() + ".part");
            if (left < 0) {
                Files.delete(part);
            } else {
                Files.write(part, Arrays.copyOf(DATA, (int) left));
            }
            direct.bench.run();

            await().atMost(Duration.ofSeconds(60))
                    .until(() -> direct.client.get("/uploads/" + DEAL).body().contains("\"uploaded\":0"));
            assertThat(direct.client.uploadChunk(DEAL, 1, chunk(1)).status()).isEqualTo(200);
            assertThat(direct.client.uploadChunk(DEAL, 2, chunk(2)).status()).isEqualTo(200);
            direct.client.post("/uploads/finalize/" + DEAL, new byte[0]);
            landed(direct);
        }
    }

    @Test
    void operatorImportsNothing_whereTheClientUploads() throws Exception {
        try (var direct = new DirectBench(folder)) {
            direct.client.propose(deal());
            var file = Files.write(folder.resolve("data"), DATA);

            assertThatThrownBy(() -> direct.bench.pipeline.imports().run(DEAL.uuid(), file))
                    .hasMessageContaining("its client uploads its data");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1900 1000", "1900 512", "1900 536870912", "1899 1024", "0 0"})
    void refusesChunksThatDoNotFit(String sizes) throws Exception {
        var given = Arrays.stream(sizes.split(" ")).mapToLong(Long::parseLong).toArray();
        try (var direct = new DirectBench(folder)) {
            direct.client.propose(deal());

            assertThat(direct.client
                            .post("/uploads/" + DEAL, begin(given[0], given[1]))
                            .status())
                    .isEqualTo(400);
        }
    }

    /** A stranger is answered without his body being read, however much he says will come. */
    @Test
    void asksForTheBodyOnlyOnceItKnowsWhoSends() throws Exception {
        try (var direct = new DirectBench(folder);
                var socket = new Socket(
                        InetAddress.getLoopbackAddress(), direct.uri().getPort())) {
            write(
                    socket.getOutputStream(),
                    "PUT /market/mk20/upload/" + DEAL + " HTTP/1.1\r\nHost: a\r\n"
                            + "Expect: 100-continue\r\nContent-Length: 1000000000000\r\n\r\n");

            var answer = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);

            assertThat(answer).isEqualTo("HTTP/1.1 401");
        }
    }

    private static void write(OutputStream out, String text) throws Exception {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    @Test
    void nothingIsKept_whenTheClientGoesAwayInBetween() throws Exception {
        try (var direct = new DirectBench(folder)) {
            direct.client.propose(deal());
            var header = HeaderOf.put(TestDeals.CLIENT, "/market/mk20/upload/" + DEAL);
            try (var socket =
                    new Socket(InetAddress.getLoopbackAddress(), direct.uri().getPort())) {
                write(
                        socket.getOutputStream(),
                        "PUT /market/mk20/upload/" + DEAL + " HTTP/1.1\r\nHost: a\r\n" + "Authorization: " + header
                                + "\r\nContent-Length: 1900\r\n\r\n");
                socket.getOutputStream().write(DATA, 0, 1000);
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> folder.resolve("pieces").toFile().list().length == 1);
            }

            await().atMost(Duration.ofSeconds(60))
                    .until(() -> folder.resolve("pieces").toFile().list().length == 0);
            assertThat(direct.client
                            .upload(DEAL, Files.write(folder.resolve("data"), DATA))
                            .status())
                    .isEqualTo(200);
        }
    }
}
