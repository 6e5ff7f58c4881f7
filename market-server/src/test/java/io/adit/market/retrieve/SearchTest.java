package io.adit.market.retrieve;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.fil.CommP;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.PieceInfo;
import io.adit.core.ipld.Cid;
import io.adit.market.index.IndexedBlock;
import io.adit.market.index.PieceIndex;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchTest {
    private static final int PIECES = 10;
    private static final Cid FIRST = Cid.rawSha256("first".getBytes(US_ASCII));
    private static final Cid SECOND = Cid.rawSha256("second".getBytes(US_ASCII));

    @TempDir
    private Path folder;

    private PieceIndex index;
    private final List<PieceInfo> pieces = new ArrayList<>();
    private final List<Commitment> asked = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        index = PieceIndex.open(folder.resolve("index"));
        for (int i = 0; i < PIECES; i++) {
            var content = new byte[127];
            content[0] = (byte) i;
            var piece = CommP.of(new ByteArrayInputStream(content));
            pieces.add(piece);
            index.index(
                    piece.commP(),
                    List.of(new IndexedBlock(FIRST.multihash(), 0, 10), new IndexedBlock(SECOND.multihash(), 10, 10))
                            .iterator());
        }
    }

    @AfterEach
    void close() {
        index.close();
    }

    private StoredBlocks blocks(PieceCatalog catalog) {
        return new StoredBlocks(index, piece -> {
            asked.add(piece);
            return catalog.find(piece);
        });
    }

    @Test
    void soManyCopiesAreTried_andWhatIsAbsentNotAgain() throws IOException {
        try (var blocks = blocks(piece -> new PieceLookup.NoCopy())) {
            var search = new Search(4);
            assertThat(blocks.find(FIRST, search)).isEmpty();
            assertThat(asked).hasSize(4);
            assertThat(search.copies()).isEqualTo(4);
            assertThat(search.entries()).isEqualTo(PIECES);

            for (int i = 0; i < 5; i++) {
                assertThat(blocks.find(SECOND, search)).isEmpty();
            }
            assertThat(asked).hasSize(PIECES).doesNotHaveDuplicates();

            assertThat(blocks.find(FIRST)).isEmpty();
            assertThat(asked).hasSize(2 * PIECES);
        }
    }

    @Test
    void entriesOfForgottenPieces_areCounted() throws IOException {
        pieces.forEach(piece -> index.remove(piece.commP()));
        try (var blocks = blocks(piece -> new PieceLookup.NoCopy())) {
            var search = new Search(4);
            assertThat(blocks.find(FIRST, search)).isEmpty();
            assertThat(search.entries()).isEqualTo(PIECES);
            assertThat(search.copies()).isZero();
        }
    }

    @Test
    void aFileThatCannotBeOpened_isPassedOver_butNotCalledAbsent() throws IOException {
        // A file where a folder should be.
        var nowhere = Files.write(folder.resolve("file"), new byte[1]).resolve("piece");
        var good = Files.write(folder.resolve("good"), new byte[127]);
        PieceCatalog catalog = piece -> new PieceLookup.Here(new StoredPiece(
                pieces.getFirst(), 127, piece.equals(pieces.get(2).commP()) ? good : nowhere));
        try (var blocks = blocks(catalog)) {
            assertThat(blocks.find(FIRST, new Search(4))).isPresent();
        }
        try (var blocks = blocks(catalog)) {
            assertThatThrownBy(() -> blocks.find(FIRST, new Search(2))).isInstanceOf(IOException.class);
        }
    }
}
