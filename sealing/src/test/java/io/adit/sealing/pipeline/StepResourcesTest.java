package io.adit.sealing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.SectorSize;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StepResourcesTest {

    @ParameterizedTest
    @EnumSource(
            value = SectorSize.class,
            names = {"GIB_32", "GIB_64"})
    void labellingReservesTwoLayersAndRoomForTheWorker(SectorSize size) {
        var needed = StepResources.of(SealingStep.PRE_COMMIT_1, size);
        assertThat(needed.ramBytes()).isGreaterThanOrEqualTo(2 * size.bytes() + (1L << 30));
    }
}
