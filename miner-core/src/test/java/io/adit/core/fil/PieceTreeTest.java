package io.adit.core.fil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.adit.core.error.InvalidValueException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PieceTreeTest {
    private static final PaddedSize SECTOR = new PaddedSize(8 << 10);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void commDIsTheCommitmentOverTheBytesLaidOut(long seed) {
        var random = new Random(seed);
        var pieces = new ArrayList<PieceInfo>();
        var sector = new ByteArrayOutputStream();
        for (int i = 0; i < 4; i++) {
            var size = new PaddedSize(128L << random.nextInt(4));
            var payload = new byte[(int) size.unpadded().bytes()];
            random.nextBytes(payload);
            int unit = payload.length;
            sector.writeBytes(new byte[(unit - sector.size() % unit) % unit]);
            sector.writeBytes(payload);
            pieces.add(CommP.of(payload));
        }
        var commP = new CommP();
        commP.update(sector.toByteArray(), 0, sector.size());

        assertThat(PieceTree.commD(pieces, SECTOR))
                .isEqualTo(commP.finish(SECTOR).commP());
    }

    @Test
    void layoutFillsTheSectorExactly_withAlignedPieces() {
        var small = CommP.of(new byte[] {1});
        var large = CommP.of(new byte[1000]);

        var laid = PieceTree.layout(List.of(small, large, small), SECTOR);

        assertThat(laid.stream().map(piece -> piece.size().bytes()))
                .containsExactly(128L, 128L, 256L, 512L, 1024L, 128L, 128L, 256L, 512L, 1024L, 4096L);
        assertThat(PieceTree.commD(laid, SECTOR)).isEqualTo(PieceTree.commD(List.of(small, large, small), SECTOR));
    }

    @Test
    void layoutOfNothingIsOneZeroPiece_andOfAFullPieceThatPiece() {
        assertThat(PieceTree.layout(List.of(), SECTOR))
                .containsExactly(new PieceInfo(ZeroCommitments.of(SECTOR), SECTOR));
        var full = new PieceInfo(Commitment.of(new byte[32]), SECTOR);
        assertThat(PieceTree.layout(List.of(full), SECTOR)).containsExactly(full);
        assertThat(PieceTree.commD(List.of(full), SECTOR)).isEqualTo(full.commP());
    }

    @Test
    void layoutRefuses_whenPiecesDoNotFitForTheirAlignment() {
        var half = new PieceInfo(Commitment.of(new byte[32]), new PaddedSize(4 << 10));
        var small = CommP.of(new byte[] {1});

        assertThat(PieceTree.layout(List.of(small, half), SECTOR)).hasSize(7);
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> PieceTree.layout(List.of(half, small, half), SECTOR));
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() ->
                        PieceTree.layout(List.of(new PieceInfo(half.commP(), new PaddedSize(16 << 10))), SECTOR));
    }
}
