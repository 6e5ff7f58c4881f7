package io.adit.proofs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Against a library that panics on demand; {@link WorkerProofsTest} has a sector that makes the real one do so. */
class PanickingSectorsTest {
    private static final PoStProof PROOF =
            new PoStProof(RegisteredPoStProof.window(SectorSize.KIB_2), SealedSectorFixture.bytes(192, 1));

    private final List<List<Long>> calls = new ArrayList<>();

    private static List<PrivateReplica> replicas(int count) {
        return LongStream.rangeClosed(1, count)
                .mapToObj(number -> new PrivateReplica(
                        new SectorNumber(number),
                        Commitment.of(SealedSectorFixture.bytes(32, number)),
                        Path.of("cache"),
                        Path.of("sealed")))
                .toList();
    }

    private static ProofsException panicAt(SectorNumber sector) {
        return new ProofsException(ProofsError.NATIVE_PANIC, "panicked at " + sector, Optional.of(sector));
    }

    /** Panics at the first of these sectors in the order given; cannot read {@code unreadable}. */
    private WindowPoSt prove(List<PrivateReplica> order, Set<Long> panicking, Set<Long> unreadable) {
        calls.add(order.stream().map(replica -> replica.number().value()).toList());
        var faulty = new ArrayList<SectorNumber>();
        for (var replica : order) {
            var number = replica.number().value();
            if (unreadable.contains(number)) {
                faulty.add(replica.number());
            } else if (panicking.contains(number)) {
                throw panicAt(replica.number());
            }
        }
        return new WindowPoSt(faulty.size() == order.size() ? List.of() : List.of(PROOF), faulty);
    }

    @Test
    void sectorThatPanicsAgainInAFreshProcess_isLeftOut_andTheRestProven() {
        var made = PanickingSectors.leaveOut(replicas(5), order -> prove(order, Set.of(2L, 4L), Set.of(3L)));

        assertThat(made.proofs()).containsExactly(PROOF);
        assertThat(made.faulty()).extracting(SectorNumber::value).containsExactly(2L, 3L, 4L);
        assertThat(calls)
                .as("a suspect is read before any other, what was read well at the end but for one")
                .containsExactly(
                        List.of(1L, 2L, 3L, 4L, 5L),
                        List.of(2L, 3L, 4L, 5L, 1L),
                        List.of(1L, 3L, 4L, 5L),
                        List.of(4L, 5L, 1L, 3L),
                        List.of(1L, 5L, 3L));
    }

    @Test
    void manyDamagedSectors_doNotCostTheOthersTheirProof() {
        var damaged = LongStream.rangeClosed(2, 500).boxed().collect(java.util.stream.Collectors.toSet());

        var made = PanickingSectors.leaveOut(replicas(1000), order -> prove(order, damaged, Set.of()));

        assertThat(made.proofs()).containsExactly(PROOF);
        assertThat(made.faulty()).hasSize(499);
        assertThat(calls).hasSize(2 * 499 + 1);
    }

    @Test
    void sectorThatPanicsOnce_isProven() {
        var made = PanickingSectors.leaveOut(
                replicas(3), order -> prove(order, calls.isEmpty() ? Set.of(2L) : Set.of(), Set.of()));

        assertThat(made.proofs()).containsExactly(PROOF);
        assertThat(made.faulty()).isEmpty();
    }

    @Test
    void libraryThatPanicsOverEverySector_makesNoneFaulty() {
        for (var count : List.of(1, 3, 2000)) {
            var everything = LongStream.rangeClosed(1, count).boxed().collect(java.util.stream.Collectors.toSet());
            assertThatExceptionOfType(ProofsException.class)
                    .isThrownBy(() ->
                            PanickingSectors.leaveOut(replicas(count), order -> prove(order, everything, Set.of())))
                    .satisfies(failed -> assertThat(failed.error()).isEqualTo(ProofsError.NATIVE_PANIC));
        }
        assertThat(calls).hasSize(2 + 6 + PanickingSectors.MAX_PANICS_WITHOUT_SUCCESS + 1);
    }

    @Test
    void libraryThatPanicsOverEveryReadableSector_makesNoneFaulty() {
        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() ->
                        PanickingSectors.leaveOut(replicas(3), order -> prove(order, Set.of(1L, 3L), Set.of(2L))))
                .satisfies(failed -> assertThat(failed.error()).isEqualTo(ProofsError.NATIVE_PANIC));
    }

    @Test
    void otherFailure_isThrownOn() {
        var died = new ProofsException(ProofsError.WORKER_DIED, "died");
        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() -> PanickingSectors.leaveOut(replicas(2), order -> {
                    throw died;
                }))
                .isSameAs(died);
    }
}
