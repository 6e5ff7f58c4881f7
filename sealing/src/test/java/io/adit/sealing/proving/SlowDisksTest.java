package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.DeclareFaultsRecoveredParams;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PoStPartition;
import io.adit.chain.type.Message;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorNumber;
import io.adit.proofs.PrivateReplica;
import io.adit.proofs.WindowPoSt;
import io.adit.sealing.FakeChain.FakePartition;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A path that is overloaded. */
class SlowDisksTest extends SimulatedTimeCase {
    private static final Duration BUDGET = Duration.ofMinutes(4);
    private static final Duration PROOF = Duration.ofSeconds(90);

    private LongPredicate slow = number -> false;
    private final List<Instant> asked = new ArrayList<>();
    private final List<Instant> begun = new ArrayList<>();
    private final List<Duration> limits = new ArrayList<>();

    /** Sectors that answer at once, or in an hour. */
    private final class Disks implements ProvableSectors {
        private final SideBySide sideBySide = new SideBySide(timeline, "disks");

        @Override
        public SectorLook look(Collection<SectorNumber> sectors, Supplier<Duration> left) throws InterruptedException {
            asked.add(timeline.instant());
            var looked = sideBySide.ask(sectors, left, sector -> {
                timeline.sleep(slow.test(sector.value()) ? Duration.ofHours(1) : Duration.ofMillis(30));
                return true;
            });
            var problems = new TreeMap<>(looked.problems());
            looked.late().forEach(sector -> problems.put(sector, "too slow"));
            return new SectorLook(problems, looked.late());
        }

        @Override
        public PrivateReplica replica(SectorNumber sector, Commitment commR) {
            return new PrivateReplica(sector, commR, Path.of("cache"), Path.of("sealed"));
        }
    }

    /** Proofs that take their time. */
    private final class TimedProofs extends QuickProofs {
        @Override
        public WindowPoSt windowPoSt(
                RegisteredPoStProof proof,
                ActorId miner,
                Randomness randomness,
                List<PrivateReplica> replicas,
                Duration time) {
            begun.add(timeline.instant());
            limits.add(time);
            try {
                timeline.sleep(PROOF);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return super.windowPoSt(proof, miner, randomness, replicas, time);
        }
    }

    @BeforeEach
    void slowDown() {
        scheduler = scheduler(settings().withReadBudget(BUDGET), store, chain, new TimedProofs(), new Disks());
    }

    /** From the challenge to the last epoch for the message are four and a half minutes: hardly more than a budget. */
    @Test
    void bothPartitionsAreProven_whenOnePathHoldsUpTheReadingOfBoth() {
        addSectorOnChain(3, DEADLINE);
        addSectorOnChain(4, DEADLINE);
        chain.secondPartition(DEADLINE, BitField.of(3, 4));
        slow = number -> number % 2 == 0;
        advanceTo(OPEN - 5);
        scheduler.start();

        playTo(OPEN + 10);

        assertThat(chain.proofs())
                .flatMap(proof -> proof.partitions())
                .containsExactlyInAnyOrder(new PoStPartition(0, BitField.of(2)), new PoStPartition(1, BitField.of(4)));
        assertThat(scheduler.recent())
                .hasSize(2)
                .allMatch(proof -> proof.phase() == PartitionProof.Phase.ACCEPTED)
                .allMatch(proof -> proof.note().contains("too slow"));
        assertThat(chain.included(MinerMethod.DECLARE_FAULTS))
                .as("what does not answer may be sound")
                .isEmpty();
    }

    /** Its four and a half minutes go by although the full node shows no head of them. */
    @Test
    void readingEndsAndTheWorkerIsGivenUpInTime_whenTheHeadStandsStill() {
        scheduler.close();
        scheduler =
                scheduler(settings().withReadBudget(Duration.ofHours(1)), store, chain, new TimedProofs(), new Disks());
        slow = number -> number == 2;
        advanceTo(OPEN - 5);
        scheduler.start();
        chain.advance(1);
        timeline.runFor(Duration.ofMinutes(4));

        // Half of the half that is not for the proof; by the head alone it would be 90 s, and the limit 135.
        assertThat(Duration.between(asked.getLast(), begun.getFirst()))
                .isBetween(EPOCH.multipliedBy(2), EPOCH.multipliedBy(5).dividedBy(2));
        assertThat(limits).first().isEqualTo(ProofPatience.LEAST);
    }

    @Test
    void recoveryIsDeclared_whenTheDisksOfTheDeadlineBeforeDoNotAnswer() {
        long later = DEADLINE + 1;
        for (long number = 100; number < 140; number++) {
            addSectorOnChain(number, DEADLINE);
        }
        addSectorOnChain(7, later);
        addSectorOnChain(8, later);
        chain.partition(later, new FakePartition(BitField.of(7, 8), BitField.of(7, 8), BitField.EMPTY));
        slow = number -> number >= 100 || number == 8;
        advanceTo(60);
        scheduler.start();

        // The later window opens at 90, and its cutoff is at 80.
        playTo(78);

        assertThat(chain.included(MinerMethod.DECLARE_FAULTS_RECOVERED))
                .map(Message::params)
                .map(DeclareFaultsRecoveredParams::fromCbor)
                .singleElement()
                .satisfies(declared -> assertThat(declared.recoveries())
                        .singleElement()
                        .satisfies(one -> assertThat(one.sectors())
                                .as("what does not answer cannot be said to be sound")
                                .isEqualTo(BitField.of(7))));
        assertThat(chain.included(MinerMethod.DECLARE_FAULTS)).isEmpty();
        assertThat(chain.partition(later))
                .isEqualTo(new FakePartition(BitField.of(7, 8), BitField.of(7, 8), BitField.of(7)));
    }

    /** While one deadline's disks are waited for, what the chain refused is said again. */
    @Test
    void refusedDeclarationIsMadeAgain_whenTheDisksOfAnotherDeadlineDoNotAnswer() {
        long later = DEADLINE + 1;
        addSectorOnChain(7, later);
        chain.partition(later, new FakePartition(BitField.of(7), BitField.of(7), BitField.EMPTY));
        slow = number -> number <= 2;
        chain.refuseNext(MinerMethod.DECLARE_FAULTS_RECOVERED, 7);
        advanceTo(60);
        scheduler.start();

        playTo(70);

        assertThat(chain.included(MinerMethod.DECLARE_FAULTS_RECOVERED)).hasSize(2);
        assertThat(chain.partition(later).recovering()).isEqualTo(BitField.of(7));
    }
}
