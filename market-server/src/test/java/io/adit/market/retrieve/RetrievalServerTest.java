package io.adit.market.retrieve;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceCid;
import io.adit.core.fil.PieceInfo;
import io.adit.core.ipld.Block;
import io.adit.core.ipld.CarReader;
import io.adit.core.ipld.CarWriter;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.UnixFsOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What curl gets from the server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RetrievalServerTest {
    private static final UnixFsOptions SMALL_CHUNKS = new UnixFsOptions(100_000, 4, Optional.empty());

    @TempDir
    private static Path directory;

    private StoredFixture provider;
    private StoredFixture.Stored file;
    private StoredFixture.Stored wrapped;
    private Curl curl;

    @BeforeAll
    void start() throws IOException {
        provider = new StoredFixture(directory, RetrievalLimits.DEFAULTS);
        file = provider.store(3_300_001, 1, SMALL_CHUNKS);
        wrapped = provider.store(70_000, 2, SMALL_CHUNKS.wrappedAs("mars & co.jpg"));
        curl = new Curl(directory);
    }

    @AfterAll
    void stop() {
        provider.close();
    }

    @Test
    void servesThePayload_byEitherPieceCid() throws Exception {
        var payload = Files.readAllBytes(file.car());

        var v1 = curl.run(provider.base() + "/piece/" + file.piece().pieceCidV1());
        var v2 = curl.run(provider.base() + "/piece/" + PieceCid.v2(file.piece(), payload.length));

        assertThat(v1.status()).isEqualTo(200);
        assertThat(v1.body()).isEqualTo(payload);
        assertThat(v2.body()).isEqualTo(payload);
        assertThat(v2.header("etag")).isEqualTo(v1.header("etag"));
        // The same commitment and length at another size is another piece.
        var twice = new PieceInfo(
                file.piece().commP(), new PaddedSize(file.piece().size().bytes() * 2));
        assertThat(curl.run(provider.base() + "/piece/" + PieceCid.v2(twice, payload.length))
                        .status())
                .isEqualTo(404);
        assertThat(v1.header("cache-control")).contains("immutable");
        assertThat(v1.header("accept-ranges")).isEqualTo("bytes");
    }

    @ParameterizedTest
    @CsvSource({"0-0,0,1", "5-,5,-1", "-7,-7,7", "1000-1999,1000,1000", "100-99999999999,100,-1", "-99999999999,0,-1"})
    void servesRanges(String range, long from, long length) throws Exception {
        var payload = Files.readAllBytes(file.car());
        int first = (int) (from < 0 ? payload.length + from : from);
        int end = (int) (length < 0 ? payload.length : first + length);

        var answer = curl.run(
                "-H",
                "Range: bytes=" + range,
                provider.base() + "/piece/" + file.piece().pieceCidV1());

        assertThat(answer.status()).isEqualTo(206);
        assertThat(answer.header("content-range")).isEqualTo("bytes " + first + "-" + (end - 1) + "/" + payload.length);
        assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(payload, first, end));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"bytes=99999999-", "bytes=-0", "bytes=99999999-,-0", "bytes=0-,0-"})
    void refusesRanges_thatNameNoByteOrMoreThanThereAre(String range) throws Exception {
        var answer = curl.run(
                "-H",
                "Range: " + range,
                provider.base() + "/piece/" + file.piece().pieceCidV1());

        assertThat(answer.status()).isEqualTo(416);
        assertThat(answer.header("content-range")).isEqualTo("bytes */" + Files.size(file.car()));
        assertThat(answer.text()).contains("RANGE_NOT_SATISFIABLE");
    }

    @Test
    void refusesRanges_thatAreTooMany() throws Exception {
        var url = provider.base() + "/piece/" + file.piece().pieceCidV1();

        assertThat(curl.run("-r", "1-1" + ",1-1".repeat(63), url).status()).isEqualTo(206);
        assertThat(curl.run("-r", "1-1" + ",1-1".repeat(64), url).status()).isEqualTo(416);
    }

    @Test
    void servesSeveralRanges() throws Exception {
        var payload = Files.readAllBytes(file.car());
        var url = provider.base() + "/piece/" + file.piece().pieceCidV1();

        var answer = curl.run("-r", "100000-299999,5-9,-7,99999999-", url);

        assertThat(answer.exit()).isZero();
        assertThat(answer.status()).isEqualTo(206);
        assertThat(answer.header("content-range")).isEmpty();
        var type = answer.header("content-type");
        assertThat(type).startsWith("multipart/byteranges; boundary=");
        var boundary = type.substring(type.indexOf('=') + 1);
        var expected = new ByteArrayOutputStream();
        for (var range :
                List.of(List.of(100_000, 299_999), List.of(5, 9), List.of(payload.length - 7, payload.length - 1))) {
            int first = range.getFirst();
            int last = range.getLast();
            expected.writeBytes(((expected.size() == 0 ? "" : "\r\n") + "--" + boundary
                            + "\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes " + first + "-" + last
                            + "/"
                            + payload.length + "\r\n\r\n")
                    .getBytes(US_ASCII));
            expected.write(payload, first, last - first + 1);
        }
        expected.writeBytes(("\r\n--" + boundary + "--\r\n").getBytes(US_ASCII));
        assertThat(answer.body()).isEqualTo(expected.toByteArray());
        assertThat(answer.header("content-length")).isEqualTo(Integer.toString(expected.size()));
        // Of two, one is within: an answer as to one.
        assertThat(curl.run("-r", "0-0,99999999-", url).header("content-range"))
                .isEqualTo("bytes 0-0/" + payload.length);
        assertThat(curl.run("-I", "-r", "0-0,2-2", url).header("content-type")).startsWith("multipart/byteranges");
        assertThat(curl.run("-I", "-r", "0-0,b", url).status()).isEqualTo(200);
        var block = provider.base() + "/ipfs/" + file.root() + "?format=raw";
        assertThat(curl.run("-r", "0-0,2-2", block).text()).contains("Content-Type: application/vnd.ipld.raw");
    }

    @ParameterizedTest
    @CsvSource({"bytes=9-2", "bytes=a-b", "bytes=0-0;4-4", "lines=1-2", "bytes=-", "bytes=99999999999999999999999-"})
    void ignoresRanges_thatAreMalformed(String range) throws Exception {
        var answer = curl.run(
                "-I",
                "-H",
                "Range: " + range,
                provider.base() + "/piece/" + file.piece().pieceCidV1());

        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void answersConditions() throws Exception {
        var url = provider.base() + "/piece/" + file.piece().pieceCidV1();
        var etag = curl.run("-I", url).header("etag");

        assertThat(curl.run("-H", "If-None-Match: " + etag, url).status()).isEqualTo(304);
        assertThat(curl.run("-H", "If-None-Match: \"x\", W/" + etag, url).status())
                .isEqualTo(304);
        assertThat(curl.run("-I", "-H", "If-None-Match: \"x\"", url).status()).isEqualTo(200);
        assertThat(curl.run("-r", "0-9", "-H", "If-Range: " + etag, url).status())
                .isEqualTo(206);
        assertThat(curl.run("-r", "0-9", "-H", "If-Range: \"x\"", url).status()).isEqualTo(200);
        assertThat(curl.run("-r", "0-9", "-H", "If-Range: W/" + etag, url).status())
                .isEqualTo(200);
        assertThat(curl.run("-I", "-H", "If-Match: \"x\", " + etag, url).status())
                .isEqualTo(200);
        assertThat(curl.run("-I", "-H", "If-Match: *", url).status()).isEqualTo(200);
        assertThat(curl.run("-H", "If-Match: \"x\"", url).text()).contains("PRECONDITION_FAILED");
        assertThat(curl.run("-H", "If-Match: W/" + etag, url).status()).isEqualTo(412);
    }

    @Test
    void saysTheLength_forHead() throws Exception {
        var answer = curl.run("-I", provider.base() + "/piece/" + file.piece().pieceCidV1());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-length")).isEqualTo(Long.toString(Files.size(file.car())));
    }

    @Test
    void servesRawBlocks() throws Exception {
        var url = provider.base() + "/ipfs/" + file.root() + "?format=raw";
        var answer = curl.run(url);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(Cid.dagPbSha256(answer.body())).isEqualTo(file.root());
        assertThat(answer.header("content-type")).isEqualTo("application/vnd.ipld.raw");
        assertThat(answer.header("etag")).isEqualTo("\"" + file.root() + ".raw\"");
        assertThat(answer.header("content-disposition")).contains(file.root() + ".bin");
        assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(curl.run("-H", "Accept: application/vnd.ipld.raw", provider.base() + "/ipfs/" + file.root())
                        .body())
                .isEqualTo(answer.body());
    }

    @Test
    void servesIdentityCids_withoutStoringThem() throws Exception {
        assertThat(curl.run("-I", provider.base() + "/ipfs/bafkqaaa?format=raw").status())
                .isEqualTo(200);
        assertThat(curl.run(provider.base() + "/ipfs/bafkqabtimvwgy3yk?format=raw")
                        .text())
                .isEqualTo("hello\n");
    }

    @Test
    void servesAFileAsCar_inDepthFirstOrder() throws Exception {
        var answer = curl.run(
                "-H", "Accept: application/vnd.ipld.car; order=dfs; dups=y", provider.base() + "/ipfs/" + file.root());

        assertThat(answer.exit()).isZero();
        assertThat(answer.header("content-type")).isEqualTo("application/vnd.ipld.car; version=1; order=dfs; dups=y");
        assertThat(answer.header("transfer-encoding")).isEqualTo("chunked");
        var blocks = read(answer.body());
        assertThat(blocks.getFirst()).isEqualTo(file.root());
        assertThat(blocks).hasSize(34 + 9 + 3 + 1);
        assertThat(blocks).containsExactlyInAnyOrderElementsOf(read(Files.readAllBytes(file.car())));
    }

    @Test
    void keepsToTheScope() throws Exception {
        var directoryUrl = provider.base() + "/ipfs/" + wrapped.root() + "?format=car&dag-scope=";

        assertThat(read(curl.run(directoryUrl + "block").body())).containsExactly(wrapped.root());
        assertThat(read(curl.run(directoryUrl + "entity").body())).containsExactly(wrapped.root());
        assertThat(read(curl.run(directoryUrl + "all").body())).hasSize(2);
        assertThat(read(curl.run(provider.base() + "/ipfs/" + file.root() + "?format=car&dag-scope=entity")
                        .body()))
                .hasSize(47);
    }

    @Test
    void followsPaths_andSendsTheBlocksThatLedThere() throws Exception {
        var url = provider.base() + "/ipfs/" + wrapped.root() + "/mars%20&%20co.jpg";
        var answer = curl.run(url + "?format=car&dag-scope=entity");

        try (var car = new CarReader(new ByteArrayInputStream(answer.body()))) {
            assertThat(car.roots()).containsExactly(Cid.rawSha256(wrapped.content()));
        }
        assertThat(read(answer.body())).containsExactly(wrapped.root(), Cid.rawSha256(wrapped.content()));
        assertThat(curl.run(url + "?format=raw").body()).isEqualTo(wrapped.content());
        assertThat(curl.run(provider.base() + "/ipfs/" + wrapped.root() + "/nothing?format=raw")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void sendsABlockOnceOrEachTime_asDupsSays() throws Exception {
        var leaf = Block.raw(new byte[50_000]);
        var root = Block.dagCbor(
                new CborWriter().array(2).cid(leaf.cid()).cid(leaf.cid()).toByteArray());
        provider.storeCar(carOf("dups", root, leaf));
        var url = provider.base() + "/ipfs/" + root.cid() + "?format=car";

        assertThat(read(curl.run(url).body())).containsExactly(root.cid(), leaf.cid());
        assertThat(read(curl.run(url + "&car-dups=y").body())).containsExactly(root.cid(), leaf.cid(), leaf.cid());
    }

    @Test
    void breaksTheConnectionOff_whenABlockIsMissing() throws Exception {
        var missing = Block.raw(new byte[] {9, 9, 9});
        var present = Block.raw(new byte[200_000]);
        var root = Block.dagCbor(
                new CborWriter().array(2).cid(present.cid()).cid(missing.cid()).toByteArray());
        provider.storeCar(carOf("missing", root, present));

        var answer = curl.run(provider.base() + "/ipfs/" + root.cid() + "?format=car");
        var old = curl.run("--http1.0", provider.base() + "/ipfs/" + root.cid() + "?format=car");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.exit()).isNotZero();
        assertThat(old.exit()).isNotZero();
        assertThat(provider.registry()
                        .get("adit.retrieval.broken.off")
                        .counter()
                        .count())
                .isPositive();
    }

    @Test
    void servesAPieceWhole_whenItIsNoCar() throws Exception {
        var noise = Files.write(directory.resolve("noise"), file.content());
        var piece = provider.storeCar(noise);

        var answer = curl.run(provider.base() + "/piece/" + piece.pieceCidV1());

        assertThat(answer.body()).isEqualTo(file.content());
        assertThat(provider.index().find(piece.commP()).orElseThrow().reason()).contains("CAR");
    }

    @Test
    void tellsGoneFromNeverHere() throws Exception {
        var stored = provider.store(5000, 77, SMALL_CHUNKS);
        var url = provider.base() + "/piece/" + stored.piece().pieceCidV1();

        provider.dropCopy(stored.piece());
        assertThat(curl.run(url).status()).isEqualTo(410);
        assertThat(curl.run(provider.base() + "/ipfs/" + stored.root() + "?format=raw")
                        .status())
                .isEqualTo(404);
        provider.forget(stored.piece());
        assertThat(curl.run(url).status()).isEqualTo(404);
        assertThat(curl.run(
                                "-H",
                                "Cache-Control: only-if-cached",
                                provider.base() + "/ipfs/" + stored.root() + "?format=raw")
                        .status())
                .isEqualTo(412);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "/ 200",
                "/piece/nonsense 400",
                "/piece/bafkqaaa 400",
                "/piece/ 404",
                "/piece/../../etc/passwd 400",
                "/piece/..%2f..%2fetc%2fpasswd 400",
                "/piece/%00 400",
                "/ipfs/bafkqaaa/%2e%2e?format=raw 400",
                "/ipfs/bafkqaaa 406",
                "/ipfs/bafkqaaa?format=tar 406",
                "/ipfs/bafkqaaa?format=car&dag-scope=some 400",
                "/ipfs/bafkqaaa?format=car&car-version=2 400",
                "/ipfs/zzz?format=raw 400",
                "/ipfs/bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4?format=raw 404",
                "/ipns/example 404",
                "/etc/passwd 404",
                "//etc/passwd 404",
                "/%zz 400"
            })
    void answersEachPath_withItsCode(String path, int status) throws Exception {
        assertThat(curl.run(provider.base() + path).status()).isEqualTo(status);
    }

    @Test
    void refusesOtherMethodsAndBodies() throws Exception {
        var url = provider.base() + "/";

        assertThat(curl.run("-X", "DELETE", url).status()).isEqualTo(405);
        assertThat(curl.run("-d", "x=1", url).status()).isEqualTo(400);
        assertThat(curl.run("-X", "GET", "-d", "x=1", url).status()).isEqualTo(400);
        assertThat(curl.run("-X", "GET", "-H", "Transfer-Encoding: chunked", "-d", "x", url)
                        .status())
                .isEqualTo(400);
    }

    @Test
    void refusesHugeHeads_andSaysSo() throws Exception {
        assertThat(curl.run("-H", "Cookie: " + "x".repeat(100_000), provider.base() + "/")
                        .status())
                .isEqualTo(431);
        assertThat(curl.run(provider.base() + "/" + "x".repeat(50_000)).status())
                .isEqualTo(414);
    }

    private Path carOf(String name, Block... blocks) throws IOException {
        var car = directory.resolve(name + ".car");
        try (var writer = new CarWriter(Files.newOutputStream(car), List.of(blocks[0].cid()))) {
            for (var block : blocks) {
                writer.write(block);
            }
        }
        return car;
    }

    private static List<Cid> read(byte[] archive) throws IOException {
        var cids = new ArrayList<Cid>();
        try (var car = new CarReader(new ByteArrayInputStream(archive))) {
            for (var entry = car.next(); entry.isPresent(); entry = car.next()) {
                cids.add(entry.get().cid());
            }
        }
        return cids;
    }
}
