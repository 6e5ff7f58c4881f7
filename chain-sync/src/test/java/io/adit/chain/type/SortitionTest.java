package io.adit.chain.type;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.Vectors;
import io.adit.core.error.InvalidValueException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SortitionTest {
    private static final BigInteger ALL = BigInteger.valueOf(40_960);

    /** Blocks of a Lotus network whose only miner has all the power. */
    static Stream<Named<JsonNode>> wonBlocks() {
        return Vectors.entries("lotus/objects/block-headers.json")
                .filter(entry -> entry.getPayload().get("height").asLong() > 0);
    }

    @ParameterizedTest
    @MethodSource("wonBlocks")
    void wins_whenRecordedFromLotus_areWhatItClaimed(JsonNode entry) {
        var proof = BlockHeader.fromCbor(Vectors.hex(entry, "cbor_hex"))
                .electionProof()
                .orElseThrow();

        assertThat(Sortition.wins(proof.vrfProof(), ALL, ALL)).isEqualTo(proof.winCount());
    }

    @Test
    void wins_whenDrawnOften_haveTheMeanOfTheShare() {
        long wins = 0;
        int draws = 20_000;
        for (int draw = 0; draw < draws; draw++) {
            var proof = ByteBuffer.allocate(4).putInt(draw).array();
            wins += Sortition.wins(proof, BigInteger.ONE, BigInteger.TEN);
        }

        assertThat(wins / (double) draws).isBetween(0.48, 0.52);
    }

    @Test
    void wins_whenThereIsNoPower_areNone() {
        assertThat(Sortition.wins(new byte[] {1}, BigInteger.ZERO, BigInteger.TEN))
                .isZero();
        assertThatThrownBy(() -> Sortition.wins(new byte[] {1}, BigInteger.ZERO, BigInteger.ZERO))
                .isInstanceOf(InvalidValueException.class);
    }
}
