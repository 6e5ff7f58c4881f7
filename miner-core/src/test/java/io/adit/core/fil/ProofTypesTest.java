package io.adit.core.fil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.core.Vectors;
import io.adit.core.error.InvalidValueException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProofTypesTest {
    @ParameterizedTest
    @MethodSource("proofTypes")
    void numbersAreTheChains_forVectors(JsonNode vector) {
        long number = vector.required("value").asLong();
        long sectorSize = vector.required("sector_size").asLong();

        if (vector.required("kind").asText().equals("RegisteredSealProof")) {
            var proof = RegisteredSealProof.fromNumber(number);
            assertThat(proof.number()).isEqualTo(number);
            assertThat(proof.sectorSize().bytes()).isEqualTo(sectorSize);
            assertThat(proof.windowPoSt().number())
                    .isEqualTo(vector.required("window_post").asLong());
            assertThat(proof.isSynthetic())
                    .isEqualTo(vector.required("name").asText().contains("Synthetic"));
            assertThat(proof.isNonInteractive())
                    .isEqualTo(vector.required("name").asText().contains("NiPoRep"));
        } else {
            var proof = RegisteredPoStProof.fromNumber(number);
            assertThat(proof.number()).isEqualTo(number);
            assertThat(proof.sectorSize().bytes()).isEqualTo(sectorSize);
            assertThat(proof.partitionSectors())
                    .isEqualTo(vector.required("partition_sectors").asInt());
            assertThat(proof.isWinning())
                    .isEqualTo(vector.required("name").asText().contains("Winning"));
        }
    }

    @Test
    void interactiveProofsAreNumbers5To9() {
        for (var size : SectorSize.values()) {
            var proof = RegisteredSealProof.interactive(size);
            assertThat(proof.number()).isBetween(5L, 9L);
            assertThat(proof.sectorSize()).isEqualTo(size);
            assertThat(proof.winningPoSt().number()).isEqualTo(proof.number() - 5);
            assertThat(SectorSize.ofBytes(size.bytes())).isEqualTo(size);
        }
        assertThat(SectorSize.GIB_32).hasToString("32GiB");
        assertThat(SectorSize.KIB_2).hasToString("2KiB");
    }

    @Test
    void unknownNumbersAreRefused() {
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> RegisteredSealProof.fromNumber(20));
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> RegisteredSealProof.fromNumber(-1));
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> RegisteredPoStProof.fromNumber(15));
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> SectorSize.ofBytes(4096));
    }

    static Stream<JsonNode> proofTypes() {
        return Vectors.each("filecoin/proof_types.json");
    }
}
