package io.adit.market.ipni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceInfo;
import io.adit.core.ipld.Block;
import io.adit.core.ipld.CarWriter;
import io.adit.core.ipld.CborLimits;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import io.adit.core.state.AdChunk;
import io.adit.core.state.AdKind;
import io.adit.market.retrieve.StoredPiece;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chunks of a piece inside a larger file, with identity hashes, blocks of all lengths and zeros behind. */
class EntryMakerTest {
    private static final int BLOCKS = 40_000;
    private static final int BEFORE = 127;
    private static final int ZEROS = 5000;

    @TempDir
    private Path folder;

    private final List<Multihash> expected = new ArrayList<>();
    private final Map<Cid, byte[]> blocks = new HashMap<>();
    private StoredPiece piece = new StoredPiece(info(), 1, Path.of("none"));

    private static PieceInfo info() {
        return new PieceInfo(Commitment.of(new byte[32]), new PaddedSize(1 << 25));
    }

    @BeforeEach
    void write() throws IOException {
        var out = new ByteArrayOutputStream();
        out.write(new byte[BEFORE]);
        var car = new CarWriter(out, List.of(Cid.rawSha256(new byte[1])));
        for (int i = 0; i < BLOCKS; i++) {
            // Every 5000th is longer than what is read at once, the first of them after short ones.
            var data = ByteBuffer.allocate(i % 5000 == 4999 ? 200_000 : 4 + i % 100)
                    .putInt(i)
                    .array();
            if (i % 7 == 0 && data.length < 128) {
                car.write(new Block(Cid.of(Cid.RAW, Multihash.of(Multihash.IDENTITY, data)), data));
            } else {
                var cid = Cid.rawSha256(data);
                expected.add(cid.multihash());
                car.write(new Block(cid, data));
            }
        }
        car.flush();
        out.write(new byte[ZEROS]);
        var file = Files.write(folder.resolve("piece"), out.toByteArray());
        piece = new StoredPiece(info(), (long) out.size() - BEFORE, file, BEFORE);
    }

    private List<AdChunk> make() throws IOException {
        return new EntryMaker().make(AdKind.BLOCKS, piece, blocks::put);
    }

    @Test
    void chunksHoldEveryHashButIdentity_inThePiecesOrder() throws IOException {
        var chunks = make();

        assertThat(chunks).extracting(AdChunk::entries).containsExactly(16_384, 16_384, expected.size() - 2 * 16_384);
        assertThat(chunks.getFirst().next()).isEmpty();
        assertThat(chunks.get(1).next()).contains(chunks.getFirst().cid());
        assertThat(chunks.get(2).next()).contains(chunks.get(1).cid());
        var read = new ArrayList<Multihash>();
        for (var chunk : chunks) {
            var reader = new CborReader(Objects.requireNonNull(blocks.get(chunk.cid())), CborLimits.STRICT);
            boolean more = reader.map() == 2;
            if (more) {
                assertThat(reader.text(8)).isEqualTo("Next");
                assertThat(Optional.of(reader.cid())).isEqualTo(chunk.next());
            }
            assertThat(reader.text(8)).isEqualTo("Entries");
            for (int left = reader.array(); left > 0; left--) {
                read.add(Multihash.fromBytes(reader.bytes(200)));
            }
            reader.end();
        }
        assertThat(read).isEqualTo(expected);
    }

    @Test
    void aChunkMadeAgain_isTheSame() throws IOException {
        for (var chunk : make()) {
            assertThat(EntryMaker.again(chunk, piece).orElseThrow()).isEqualTo(blocks.get(chunk.cid()));
        }
    }

    @Test
    void aChunkOfAPieceThatHasChanged_isNotMade() throws IOException {
        var chunks = make();
        try (var file = FileChannel.open(piece.file(), StandardOpenOption.WRITE)) {
            // Within the digest of the first block of the last chunk.
            file.write(
                    ByteBuffer.wrap(new byte[] {1, 2, 3}),
                    BEFORE + chunks.getLast().offset() + 10);
        }

        assertThat(EntryMaker.again(chunks.getLast(), piece)).isEmpty();
        assertThat(EntryMaker.again(chunks.getFirst(), piece)).isPresent();
    }

    @Test
    void aFileCutShort_isToldSo() throws IOException {
        var chunks = make();
        try (var file = FileChannel.open(piece.file(), StandardOpenOption.WRITE)) {
            file.truncate(BEFORE + chunks.getLast().offset() + 100);
        }

        assertThatThrownBy(() -> EntryMaker.again(chunks.getLast(), piece))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ended");
    }
}
