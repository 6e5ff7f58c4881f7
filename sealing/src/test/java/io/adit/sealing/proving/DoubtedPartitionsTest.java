package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.AditException;
import io.adit.core.fil.BitField;
import io.adit.core.state.SqlStateStore;
import io.adit.sealing.FakeChain.FakePartition;
import io.adit.sealing.SealingError;
import io.adit.sealing.proving.PartitionProof.Phase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A full node that says that there is nothing to prove. */
class DoubtedPartitionsTest extends WindowPoStCase {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private PartitionLooks looks() {
        return new PartitionLooks(MINER.address(), store, chain, new ProvingMetrics(registry));
    }

    private PartitionLook next(PartitionLooks looks) {
        chain.advance(1);
        return looks.at(DEADLINE, chain.chainHead());
    }

    @Test
    void windowIsProvenAndTheAlarmEnds_whenTheNodeKnewNoPartitionsForAWhile() {
        scheduler.start();
        advanceTo(OPEN);
        untilIncluded(1);
        until(() -> phase() == Phase.ACCEPTED);
        chain.knowsNoPartitions(true);
        advanceTo(OPEN + 60);

        until(() -> scheduler.alarms().stream()
                .anyMatch(alarm -> alarm.deadline() == DEADLINE && alarm.note().contains("2 sectors of 1 partitions")));
        assertThat(proofs.made).hasValue(1);
        chain.knowsNoPartitions(false);

        untilIncluded(2);
        until(() -> scheduler.alarms().isEmpty());
    }

    @Test
    void noPartitionsAreNeverBelieved_whileTheNodeKnowsTheSectorsByNumber() {
        var looks = looks();
        assertThat(next(looks).doubt()).isEmpty();
        chain.knowsNoPartitions(true);

        for (int head = 0; head < 3 * PartitionLooks.BELIEVED_AFTER; head++) {
            assertThat(next(looks).doubt()).hasValueSatisfying(doubt -> {
                assertThat(doubt.partitions()).containsExactly(0L);
                assertThat(doubt.words())
                        .contains("2 sectors of 1 partitions", "sector 1", "lives until epoch 1000000");
            });
        }
        assertThat(registry.counter("adit_post_looks_doubted").count()).isEqualTo(15);
        assertThatThrownBy(() -> next(looks).requireWhole())
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(SealingError.PARTITIONS_DOUBTED));
        chain.knowsNoPartitions(false);
        assertThat(next(looks).doubt()).isEmpty();
    }

    @Test
    void noPartitionsAreBelieved_whenSeveralHeadsInARowSaySoAndNothingContradictsIt() {
        var looks = looks();
        next(looks);
        chain.knowsNoPartitions(true);
        chain.knowsNoSectors(true);

        for (int head = 1; head < PartitionLooks.BELIEVED_AFTER; head++) {
            assertThat(next(looks).doubt()).isPresent();
            assertThat(looks.at(DEADLINE, chain.chainHead()).doubt())
                    .as("the same head again says nothing new")
                    .isPresent();
        }
        assertThat(next(looks).doubt()).isEmpty();
        assertThat(next(looks).doubt()).isEmpty();
    }

    @Test
    void goodAnswerBetween_beginsTheCountAnew() {
        var looks = looks();
        next(looks);
        chain.knowsNoSectors(true);
        chain.knowsNoPartitions(true);
        for (int head = 1; head < PartitionLooks.BELIEVED_AFTER; head++) {
            next(looks);
        }
        chain.knowsNoPartitions(false);
        next(looks);
        chain.knowsNoPartitions(true);

        assertThat(next(looks).doubt()).isPresent();
    }

    @Test
    void nodeIsDoubted_whenItKnowsNoPartitionsAfterARestart() {
        next(looks());
        store.close();
        store = SqlStateStore.sqlite(directory.resolve("state.db"));
        chain.knowsNoPartitions(true);

        assertThat(next(looks()).doubt()).isPresent();
    }

    @Test
    void nodeIsDoubted_whenMoreSectorsAreGoneThanAMessageMayName() {
        var live = BitField.ofRange(1, DeclarationBatches.MOST_SECTORS + 1);
        chain.partition(DEADLINE, new FakePartition(live, BitField.EMPTY, BitField.EMPTY));
        var looks = looks();
        next(looks);
        chain.knowsNoPartitions(true);

        assertThat(next(looks).doubt())
                .hasValueSatisfying(doubt -> assertThat(doubt.words()).contains("25001 sectors", "lives until epoch"));
        chain.knowsNoSectors(true);
        for (int head = 1; head < PartitionLooks.BELIEVED_AFTER; head++) {
            assertThat(next(looks).doubt()).isPresent();
        }
        assertThat(next(looks).doubt()).isEmpty();
    }

    @Test
    void deadlineIsKnownAfterARestart_whenItsSectorsAreTooManyForOneBitField() {
        var first = scattered(0, 6500);
        var second = scattered(6500, 13_000);
        assertThat(first.union(second).toRle()).hasSizeGreaterThan(BitField.MAX_ENCODED);
        chain.partition(DEADLINE, new FakePartition(first.union(second), BitField.EMPTY, BitField.EMPTY));
        chain.secondPartition(DEADLINE, second);
        next(looks());
        store.close();
        store = SqlStateStore.sqlite(directory.resolve("state.db"));

        assertThat(next(looks()).doubt()).isEmpty();
        chain.knowsNoPartitions(true);
        assertThat(next(looks()).doubt())
                .hasValueSatisfying(
                        doubt -> assertThat(doubt.words()).contains("13000 sectors of 2 partitions are missing"));
    }

    private static BitField scattered(int from, int to) {
        return BitField.of(LongStream.range(from, to).map(i -> i * 20_000).toArray());
    }

    @Test
    void faultyPartitionIsBelievedAtOnce() {
        var looks = looks();
        next(looks);
        var live = chain.partition(DEADLINE).live();
        chain.partition(DEADLINE, new FakePartition(live, live, BitField.EMPTY));

        assertThat(next(looks).doubt()).isEmpty();
    }
}
