package io.adit.market.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.AditException;
import io.adit.core.fil.Commitment;
import io.adit.core.ipld.Block;
import io.adit.core.ipld.CarWriter;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Varint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PieceIndexerTest {
    private static final Commitment PIECE = Commitment.of(new byte[32]);
    private static final Block LEAF = Block.raw(new byte[] {1, 2, 3});
    private static final Block ROOT =
            Block.dagCbor(new CborWriter().array(1).cid(LEAF.cid()).toByteArray());

    @TempDir
    private Path directory;

    private PieceIndex index;

    @BeforeEach
    void open() {
        index = PieceIndex.open(directory.resolve("index"));
    }

    @AfterEach
    void close() {
        index.close();
    }

    @Test
    void findsTheBytesOfEveryBlock_whenZerosFollowTheCar() throws IOException {
        var car = good();
        var file = write(Arrays.copyOf(car, 4096));

        assertThat(new PieceIndexer(index).index(PIECE, file)).isEqualTo(new IndexOutcome.Indexed(2));

        for (var block : List.of(ROOT, LEAF)) {
            var found = index.lookup(block.cid().multihash()).getFirst();
            int offset = (int) found.offset();
            assertThat(Arrays.copyOfRange(car, offset, offset + found.length())).isEqualTo(block.data());
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void refusesAPiece_andNamesNoneOfItsBlocks(String name, byte[] bytes) throws IOException {
        var outcome = new PieceIndexer(index).index(PIECE, write(bytes));

        assertThat(outcome).isInstanceOfSatisfying(IndexOutcome.Refused.class, refused -> {
            assertThat(refused.code()).isEqualTo(IndexErrorCode.INDEX_PIECE_MALFORMED);
            assertThat(refused.reason()).contains("CAR");
        });
        assertThat(index.lookup(ROOT.cid().multihash())).isEmpty();
        assertThat(index.find(PIECE).orElseThrow().state()).isEqualTo(PieceState.REFUSED);
        assertThat(index.statistics().refused()).isEqualTo(1);
    }

    static Stream<Arguments> hostile() throws IOException {
        var good = good();
        var noise = new byte[100_000];
        new Random(3).nextBytes(noise);
        var changed = good.clone();
        changed[changed.length - 1] ^= 1;
        return Stream.of(
                Arguments.of("nothing", new byte[0]),
                Arguments.of("zeros", new byte[1 << 20]),
                Arguments.of("noise", noise),
                Arguments.of("a header of 2^62 bytes", Varint.encode(1L << 62)),
                Arguments.of("a varint of more than nine bytes", filled(20, (byte) 0xff)),
                Arguments.of("a header nested a million deep", nested()),
                Arguments.of("a block cut short", Arrays.copyOf(good, good.length - 1)),
                Arguments.of("a block that does not hash to its CID", changed),
                Arguments.of("a section of 2^40 bytes after good ones", joined(good, Varint.encode(1L << 40))),
                Arguments.of("a section shorter than a CID", joined(good, new byte[] {2, 1, 0x55})),
                Arguments.of(
                        "CAR version 2",
                        new byte[] {0x0a, (byte) 0xa1, 0x67, 0x76, 0x65, 0x72, 0x73, 0x69, 0x6f, 0x6e, 0x02, 0, 0, 0}));
    }

    @Test
    void indexesManyTinyBlocks() throws IOException {
        var file = directory.resolve("tiny.car");
        try (var car = new CarWriter(Files.newOutputStream(file), List.of(ROOT.cid()))) {
            for (int i = 0; i < 200_000; i++) {
                car.write(Block.raw(Varint.encode(i)));
            }
        }

        assertThat(new PieceIndexer(index).index(PIECE, file)).isEqualTo(new IndexOutcome.Indexed(200_000));
        assertThat(index.lookup(Block.raw(Varint.encode(123_456)).cid().multihash()))
                .hasSize(1);
    }

    @Test
    void leavesThePieceUnindexed_whenItsFileIsMissing() {
        assertThatThrownBy(() -> new PieceIndexer(index).index(PIECE, directory.resolve("none")))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(IndexErrorCode.INDEX_STORE));
        assertThat(index.find(PIECE)).isEmpty();
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(directory.resolve("piece"), bytes);
    }

    private static byte[] good() throws IOException {
        var out = new ByteArrayOutputStream();
        try (var car = new CarWriter(out, List.of(ROOT.cid()))) {
            car.write(ROOT);
            car.write(LEAF);
        }
        return out.toByteArray();
    }

    private static byte[] nested() {
        return joined(Varint.encode(1_000_000), filled(1_000_000, (byte) 0x81));
    }

    private static byte[] filled(int length, byte value) {
        var bytes = new byte[length];
        Arrays.fill(bytes, value);
        return bytes;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        var joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }
}
