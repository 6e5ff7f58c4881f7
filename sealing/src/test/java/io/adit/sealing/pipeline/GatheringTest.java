package io.adit.sealing.pipeline;

import static io.adit.sealing.pipeline.SealingStep.COMMIT_SEND;
import static io.adit.sealing.pipeline.SealingStep.COMMIT_WAIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.chain.actor.SectorActivationManifest;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.SectorNumber;
import io.adit.core.state.SectorState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A full node that does not answer one task, while other tasks of the same kind run. */
class GatheringTest {

    private static final BatchSettings PATIENT =
            new BatchSettings(Duration.ofHours(1), 64, Duration.ofHours(1), 24, 10);
    private static final SectorNumber ONE = new SectorNumber(1);
    private static final SectorNumber TWO = new SectorNumber(2);
    private static final SectorNumber THREE = new SectorNumber(3);
    private static final SectorNumber FOUR = new SectorNumber(4);
    private static final Duration LONGER_THAN_SILENCE = Duration.ofSeconds(9);

    @TempDir
    Path directory;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Gate gate = new Gate();
    private SendStage stage;

    /** Where an answer is held back. */
    private static final class Gate {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);

        void pass() {
            reached.countDown();
            await(open);
        }

        private static void await(CountDownLatch latch) {
            try {
                assertThat(latch.await(2, TimeUnit.MINUTES)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @BeforeEach
    void open() {
        stage = new SendStage(directory, PATIENT);
        stage.ready(1, COMMIT_SEND);
        stage.ready(2, COMMIT_SEND);
        stage.ready(3, COMMIT_SEND);
    }

    @AfterEach
    void close() {
        gate.open.countDown();
        threads.close();
        stage.close();
    }

    /** The first sector's task takes all three and gets no answer about the second one. */
    private Future<?> gatherSlowly() {
        stage.chain.beforePreCommitInfo(sector -> {
            if (sector.equals(TWO)) {
                gate.pass();
            }
        });
        return startFirst();
    }

    private Future<?> startFirst() {
        Future<?> first = threads.submit(() -> stage.run(COMMIT_SEND, ONE));
        Gate.await(gate.reached);
        return first;
    }

    private void answer(Future<?> first) throws Exception {
        gate.open.countDown();
        first.get(2, TimeUnit.MINUTES);
    }

    private List<List<SectorNumber>> pool() {
        return stage.chain.mpoolPending(TipSetKey.EMPTY).stream()
                .map(SignedMessage::message)
                .map(GatheringTest::sectors)
                .toList();
    }

    private static List<SectorNumber> sectors(Message message) {
        return ProveCommitSectors3Params.fromCbor(message.params()).sectorActivations().stream()
                .map(SectorActivationManifest::sectorNumber)
                .toList();
    }

    private void untilOver(SectorNumber... sectors) {
        for (int i = 0; i < 4; i++) {
            stage.turn(COMMIT_SEND, COMMIT_WAIT);
        }
        assertThat(stage.states(sectors)).containsOnly(SectorState.FinalizeSector);
    }

    private List<List<SectorNumber>> commits() {
        return stage.chain.included(MinerMethod.PROVE_COMMIT_SECTORS3).stream()
                .map(GatheringTest::sectors)
                .toList();
    }

    @Test
    void anotherSectorIsSentAndThoseHeldWait_whenTheNodeDoesNotAnswerAGathering() throws Exception {
        Future<?> first = gatherSlowly();
        stage.ready(4, COMMIT_SEND);

        stage.run(COMMIT_SEND, THREE);
        stage.run(COMMIT_SEND, FOUR);

        assertThat(first).isNotDone();
        assertThat(pool()).containsExactly(List.of(FOUR));
        assertThat(stage.why(COMMIT_SEND, THREE)).isEqualTo("sector 1 gathers a message with it");
        answer(first);
        untilOver(ONE, TWO, THREE, FOUR);
        assertThat(commits()).containsExactly(List.of(FOUR), List.of(ONE, TWO, THREE));
    }

    @Test
    void sectorGoesWithoutTheGathering_whenTheNodeHasBeenSilentForLong() throws Exception {
        Future<?> first = gatherSlowly();
        stage.pass(LONGER_THAN_SILENCE);

        stage.run(COMMIT_SEND, THREE);

        assertThat(pool()).containsExactly(List.of(THREE));
        answer(first);
        untilOver(ONE, TWO, THREE);
        assertThat(commits()).containsExactly(List.of(THREE), List.of(ONE, TWO));
    }

    @Test
    void sectorStaysInItsMessage_whenThatIsBeingSentForLong() throws Exception {
        stage.chain.beforeEstimate(gate::pass);
        Future<?> first = startFirst();
        stage.pass(LONGER_THAN_SILENCE);

        stage.run(COMMIT_SEND, THREE);

        assertThat(stage.why(COMMIT_SEND, THREE)).isEqualTo("sector 1 sends a message with it");
        assertThat(pool()).isEmpty();
        answer(first);
        untilOver(ONE, TWO, THREE);
        assertThat(commits()).containsExactly(List.of(ONE, TWO, THREE));
    }

    @Test
    void everybodyIsFreeAgain_whenTheNodeAnswersAGatheringWithAnError() throws Exception {
        Future<?> first = gatherSlowly();
        stage.chain.failNext(1);

        answer(first);

        assertThat(stage.why(COMMIT_SEND, ONE)).contains("bad state tree");
        untilOver(ONE, TWO, THREE);
        assertThat(commits()).containsExactly(List.of(ONE, TWO, THREE));
    }
}
