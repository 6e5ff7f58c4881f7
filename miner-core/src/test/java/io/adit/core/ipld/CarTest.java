package io.adit.core.ipld;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.adit.core.Cases;
import io.adit.core.error.CoreErrorCode;
import io.adit.core.fil.Commitment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CarTest {
    private static final Block HELLO = Block.raw("hello".getBytes(StandardCharsets.US_ASCII));

    @Test
    void archiveOfAnotherWriterIsRead_andWrittenAgainByteForByte() throws IOException {
        var car = resource("directory.car");
        var reader = new CarReader(new ByteArrayInputStream(car));
        var entries = readAll(reader);

        var out = new ByteArrayOutputStream();
        try (var writer = new CarWriter(out, reader.roots())) {
            for (var entry : entries) {
                assertThat(writer.write(entry.block())).isEqualTo(entry.dataOffset());
            }
            assertThat(writer.position()).isEqualTo(car.length);
        }

        assertThat(entries).hasSize(5);
        assertThat(entries.getLast().cid()).isEqualTo(reader.roots().getFirst());
        assertThat(out.toByteArray()).isEqualTo(car);
        assertThat(reader.position()).isEqualTo(car.length);
    }

    @Test
    void blocksRoundTrip_withTheirOffsets() {
        Cases.repeat(200, given -> roundTrip(given.list(8, () -> given.bytes(400))));
    }

    private static void roundTrip(List<byte[]> blobs) throws IOException {
        var blocks = blobs.stream().map(Block::raw).toList();
        var out = new ByteArrayOutputStream();
        var roots = blocks.stream().map(Block::cid).toList();
        try (var writer = new CarWriter(out, roots)) {
            for (var block : blocks) {
                writer.write(block);
            }
        }
        var car = out.toByteArray();

        var reader = new CarReader(new ByteArrayInputStream(car));

        assertThat(reader.roots()).isEqualTo(roots);
        var entries = readAll(reader);
        assertThat(entries.stream().map(CarReader.Entry::block)).isEqualTo(blocks);
        for (var entry : entries) {
            assertThat(Arrays.copyOfRange(car, (int) entry.dataOffset(), (int) entry.dataOffset() + entry.dataLength()))
                    .isEqualTo(entry.data());
        }
    }

    @Test
    void changedByteIsNoticed_orIsInTheHeader() {
        Cases.repeat(500, given -> change(given.between(0, 500), given.anyByte()));
    }

    private void change(int where, byte what) throws IOException {
        var car = resource("directory.car");
        int at = where % car.length;
        if (car[at] == what) {
            return;
        }
        car[at] = what;

        try {
            readAll(new CarReader(new ByteArrayInputStream(car)));
            // Roots are not checked, nor is a codec: the same bytes hash the same under either.
            assertThat(at < 59 || (car[at + 1] == 0x12 && car[at + 2] == 0x20)).isTrue();
        } catch (CarException e) {
            assertThat(e.code()).isIn(CoreErrorCode.MALFORMED_CAR, CoreErrorCode.BLOCK_HASH_MISMATCH);
        }
    }

    @Test
    void everyCutIsNoticed_exceptBetweenSections() throws IOException {
        var car = resource("directory.car");
        var ends = new ArrayList<Long>();
        var whole = new CarReader(new ByteArrayInputStream(car));
        do {
            ends.add(whole.position());
        } while (whole.next().isPresent());

        for (int length = 0; length < car.length; length++) {
            var cut = new ByteArrayInputStream(car, 0, length);
            if (ends.contains((long) length)) {
                readAll(new CarReader(cut));
            } else {
                assertThatExceptionOfType(CarException.class).isThrownBy(() -> readAll(new CarReader(cut)));
            }
        }
    }

    @Test
    void blockThatDoesNotHashToItsCidIsRefused() {
        var wrong = new Block(HELLO.cid(), new byte[] {1});

        assertThat(wrong.isValid()).isFalse();
        assertThatExceptionOfType(CarException.class)
                .isThrownBy(() -> readAll(new CarReader(archive(wrong))))
                .satisfies(e -> assertThat(e.code()).isEqualTo(CoreErrorCode.BLOCK_HASH_MISMATCH));
    }

    @Test
    void blockWhoseHashCannotBeCheckedIsRefused() {
        var unchecked = new Block(Commitment.of(new byte[32]).asUnsealedCid(), new byte[] {1});

        assertThatExceptionOfType(CarException.class)
                .isThrownBy(() -> readAll(new CarReader(archive(unchecked))))
                .withMessageContaining("cannot be checked");
    }

    @Test
    void zerosAfterTheArchiveAreItsEnd_onlyWhenItLiesInAPiece() throws IOException {
        var car = archive(HELLO).readAllBytes();
        var padded = Arrays.copyOf(car, car.length + 100);

        assertThat(readAll(new CarReader(new ByteArrayInputStream(padded), CarLimits.IN_PIECE)))
                .hasSize(1);
        assertThatExceptionOfType(CarException.class)
                .isThrownBy(() -> readAll(new CarReader(new ByteArrayInputStream(padded))));
    }

    @Test
    void blockLongerThanTheLimitIsRefused() throws IOException {
        var limits = new CarLimits(1000, 4, CarLimits.ZeroSection.REFUSE);

        assertThatExceptionOfType(CarException.class)
                .isThrownBy(() -> readAll(new CarReader(archive(HELLO), limits)))
                .withMessageContaining("at most 4");
        assertThat(readAll(new CarReader(archive(Block.raw(new byte[4])), limits)))
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "'', empty",
        "00, header of 0",
        "ffffffff7f, header of",
        "80808080808080808001, section length",
        "80, section length",
        "05a1, ended",
        "01a0, version 0",
        "0aa16776657273696f6e02, version 2",
        "0aa16776657273696f6e20, malformed header",
        "0ba16776657273696f6e0100, malformed header",
        "0aa16776657273696f6e01ffffffffffffffff7f, section of",
        "0aa16776657273696f6e010155, malformed CID",
        "0aa16776657273696f6e01050155122001, malformed CID"
    })
    void malformedArchivesAreRefused(String hex, String problem) {
        var bytes = new ByteArrayInputStream(HexFormat.of().parseHex(hex));

        assertThatExceptionOfType(CarException.class)
                .isThrownBy(() -> readAll(new CarReader(bytes)))
                .withMessageContaining(problem);
    }

    static List<CarReader.Entry> readAll(CarReader reader) throws IOException {
        var entries = new ArrayList<CarReader.Entry>();
        for (var next = reader.next(); next.isPresent(); next = reader.next()) {
            entries.add(next.get());
        }
        return entries;
    }

    private static ByteArrayInputStream archive(Block... blocks) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var writer = new CarWriter(out, List.of(blocks[0].cid()))) {
            for (var block : blocks) {
                writer.write(block);
            }
        }
        return new ByteArrayInputStream(out.toByteArray());
    }

    static byte[] resource(String name) throws IOException {
        try (var in = CarTest.class.getResourceAsStream("/vectors/unixfs/" + name)) {
            if (in == null) {
                throw new IllegalArgumentException(name);
            }
            return in.readAllBytes();
        }
    }
}
