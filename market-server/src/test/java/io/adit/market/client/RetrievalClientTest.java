package io.adit.market.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.adit.core.error.AditException;
import io.adit.core.error.CoreErrorCode;
import io.adit.core.error.ErrorCode;
import io.adit.core.fil.PieceCid;
import io.adit.core.ipld.Block;
import io.adit.core.ipld.CarReader;
import io.adit.core.ipld.CarWriter;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.UnixFsOptions;
import io.adit.core.ipld.UnixFsPacker;
import io.adit.market.retrieve.RetrievalLimits;
import io.adit.market.retrieve.StoredFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetrievalClientTest {
    private static final UnixFsOptions SMALL_CHUNKS = new UnixFsOptions(10_000, 3, Optional.empty());

    @TempDir
    private Path directory;

    private final RetrievalClient client = new RetrievalClient(64 << 20, Duration.ofSeconds(5));
    private StoredFixture provider;
    private StoredFixture.Stored file;
    private Path out;

    @BeforeEach
    void start() throws IOException {
        provider = new StoredFixture(directory, RetrievalLimits.DEFAULTS);
        file = provider.store(123_456, 5, SMALL_CHUNKS);
        out = directory.resolve("out");
    }

    @AfterEach
    void stop() {
        client.close();
        provider.close();
    }

    @Test
    void fetchesAFile_fromItsRootAlone() throws IOException {
        var got = client.getFile(file.root(), provider.base(), out);

        assertThat(out).hasBinaryContent(file.content());
        assertThat(got.bytes()).isEqualTo(123_456);
        assertThat(leftOvers()).isEmpty();
    }

    @Test
    void fetchesAFileBelowADirectory() throws IOException {
        var wrapped = provider.store(50_000, 6, SMALL_CHUNKS.wrappedAs("a b+c.jpg"));

        client.getFile(wrapped.root(), "a b+c.jpg", provider.base(), out);

        assertThat(out).hasBinaryContent(wrapped.content());
    }

    @Test
    void fetchesAFileWhoseBlocksRepeat() throws IOException {
        var zeros = Files.write(directory.resolve("zeros"), new byte[95_000]);
        var car = directory.resolve("zeros.car");
        var packed = UnixFsPacker.pack(zeros, car, SMALL_CHUNKS);
        provider.storeCar(car);

        client.getFile(packed.root(), provider.base(), out);

        assertThat(out).hasBinaryContent(new byte[95_000]);
    }

    @Test
    void fetchesAPiece_andARangeOfIt() throws IOException {
        var payload = Files.readAllBytes(file.car());

        assertThat(client.getPiece(file.piece().pieceCidV1(), provider.base(), out))
                .isEqualTo(payload.length);
        assertThat(out).hasBinaryContent(payload);
        client.getPiece(PieceCid.v2(file.piece(), payload.length), provider.base(), out);
        assertThat(client.getPieceRange(file.piece().pieceCidV1(), provider.base(), 77, 1000))
                .isEqualTo(Arrays.copyOfRange(payload, 77, 1077));
    }

    @Test
    void refusesAnotherPiece() throws IOException {
        var payload = Files.readAllBytes(file.car());
        payload[1000] ^= 1;

        refused(
                payload,
                RetrievalErrorCode.RETRIEVAL_NOT_WHAT_WAS_ASKED,
                base -> client.getPiece(file.piece().pieceCidV1(), base, out));
    }

    @Test
    void refusesCars_thatAreNotTheWalkAskedFor() throws IOException {
        refusedCar(blocks -> blocks.subList(0, blocks.size() - 1), RetrievalErrorCode.RETRIEVAL_NOT_WHAT_WAS_ASKED);
        refusedCar(
                blocks -> {
                    Collections.swap(blocks, 2, 3);
                    return blocks;
                },
                RetrievalErrorCode.RETRIEVAL_NOT_WHAT_WAS_ASKED);
        refusedCar(
                blocks -> {
                    blocks.add(Block.raw(new byte[] {1}));
                    return blocks;
                },
                RetrievalErrorCode.RETRIEVAL_NOT_WHAT_WAS_ASKED);
    }

    @Test
    void refusesABlock_thatDoesNotHashToItsCid() throws IOException {
        var archive = car(good());
        archive[archive.length - 1] ^= 1;

        refused(archive, CoreErrorCode.BLOCK_HASH_MISMATCH, base -> client.getFile(file.root(), base, out));
    }

    @Test
    void passesTheReasonOn_whenTheProviderRefuses() {
        assertThatThrownBy(() -> client.getFile(Cid.rawSha256(new byte[] {1}), provider.base(), out))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(RetrievalErrorCode.RETRIEVAL_REFUSED))
                .hasMessageContaining("404")
                .hasMessageContaining("NOT_FOUND");
    }

    @Test
    void givesUp_whenTheProviderSendsMoreThanTheLimit() {
        try (var small = new RetrievalClient(50_000, Duration.ofSeconds(5))) {
            assertThatThrownBy(() -> small.getFile(file.root(), provider.base(), out))
                    .isInstanceOfSatisfying(
                            AditException.class,
                            e -> assertThat(e.code()).isEqualTo(RetrievalErrorCode.RETRIEVAL_TOO_LARGE));
        }
        assertThat(out).doesNotExist();
    }

    private void refusedCar(UnaryOperator<List<Block>> change, RetrievalErrorCode code) throws IOException {
        refused(car(change.apply(good())), code, base -> client.getFile(file.root(), base, out));
    }

    private interface Fetch {
        void from(URI base) throws IOException;
    }

    /** Fetches from a liar, a real HTTP server that answers everything with these bytes. */
    private void refused(byte[] answer, ErrorCode code, Fetch fetch) throws IOException {
        var liar = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        liar.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
        liar.start();
        try {
            var base = URI.create("http://127.0.0.1:" + liar.getAddress().getPort());
            assertThatThrownBy(() -> fetch.from(base)).isInstanceOfSatisfying(AditException.class, e -> {
                assertThat(e.code()).isEqualTo(code);
            });
        } finally {
            liar.stop(0);
        }
        assertThat(out).doesNotExist();
        assertThat(leftOvers()).isEmpty();
    }

    private List<Path> leftOvers() throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(path -> path.toString().endsWith(".part")).toList();
        }
    }

    private List<Block> good() throws IOException {
        var blocks = new ArrayList<Block>();
        var url = provider.base() + "/ipfs/" + file.root() + "?format=car";
        try (var in = URI.create(url).toURL().openStream();
                var car = new CarReader(in)) {
            for (var entry = car.next(); entry.isPresent(); entry = car.next()) {
                blocks.add(entry.get().block());
            }
        }
        return blocks;
    }

    private byte[] car(List<Block> blocks) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var writer = new CarWriter(out, List.of(file.root()))) {
            for (var block : blocks) {
                writer.write(block);
            }
        }
        return out.toByteArray();
    }
}
