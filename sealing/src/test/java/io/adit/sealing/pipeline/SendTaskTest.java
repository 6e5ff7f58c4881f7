package io.adit.sealing.pipeline;

import static io.adit.sealing.pipeline.SealingStep.COMMIT_SEND;
import static io.adit.sealing.pipeline.SealingStep.COMMIT_WAIT;
import static io.adit.sealing.pipeline.SealingStep.PRE_COMMIT_SEND;
import static io.adit.sealing.pipeline.SealingStep.PRE_COMMIT_WAIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PreCommitSectorBatch2Params;
import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.chain.actor.SectorActivationManifest;
import io.adit.chain.actor.SectorPreCommitInfo;
import io.adit.chain.type.Message;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.MessageState;
import io.adit.core.state.SectorState;
import io.adit.sealing.FakeChain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SendTaskTest {

    private static final BatchSettings PATIENT =
            new BatchSettings(Duration.ofHours(1), 64, Duration.ofHours(1), 24, 10);
    private static final int FINALITY = 900;
    private static final SectorNumber ONE = new SectorNumber(1);
    private static final SectorNumber TWO = new SectorNumber(2);
    private static final SectorNumber THREE = new SectorNumber(3);

    @TempDir
    Path directory;

    private SendStage stage;

    @BeforeEach
    void open() {
        stage = new SendStage(directory, PATIENT);
    }

    @AfterEach
    void close() {
        stage.close();
    }

    private void readyToCommit() {
        ready(COMMIT_SEND);
    }

    private void ready(SealingStep step) {
        for (long number = 1; number <= 3; number++) {
            stage.ready(number, step);
        }
    }

    private void turns(int count) {
        for (int i = 0; i < count; i++) {
            stage.turn(PRE_COMMIT_SEND, PRE_COMMIT_WAIT, COMMIT_SEND, COMMIT_WAIT);
        }
    }

    private static List<SectorNumber> sectors(Message message) {
        return ProveCommitSectors3Params.fromCbor(message.params()).sectorActivations().stream()
                .map(SectorActivationManifest::sectorNumber)
                .toList();
    }

    private List<List<SectorNumber>> commits() {
        return stage.chain.included(MinerMethod.PROVE_COMMIT_SECTORS3).stream()
                .map(SendTaskTest::sectors)
                .toList();
    }

    private List<List<SectorNumber>> preCommits() {
        return stage.chain.included(MinerMethod.PRE_COMMIT_SECTOR_BATCH2).stream()
                .map(message -> PreCommitSectorBatch2Params.fromCbor(message.params()).sectors().stream()
                        .map(SectorPreCommitInfo::sectorNumber)
                        .toList())
                .toList();
    }

    @Test
    void threeSectorsGoInOneMessage_whenAllAreReady() {
        readyToCommit();

        turns(4);

        assertThat(commits()).containsExactly(List.of(ONE, TWO, THREE));
        assertThat(stage.states(ONE, TWO, THREE)).containsOnly(SectorState.FinalizeSector);
        var params = ProveCommitSectors3Params.fromCbor(stage.chain
                .included(MinerMethod.PROVE_COMMIT_SECTORS3)
                .getFirst()
                .params());
        assertThat(params.sectorProofs()).hasSize(3);
        assertThat(params.requireActivationSuccess()).isFalse();
        assertThat(params.aggregateProofType()).isEmpty();
    }

    @Test
    void preCommitsGoInOneMessage_whenAllAreReady() {
        ready(PRE_COMMIT_SEND);

        turns(4);

        var messages = stage.chain.included(MinerMethod.PRE_COMMIT_SECTOR_BATCH2);
        assertThat(messages).hasSize(1);
        assertThat(PreCommitSectorBatch2Params.fromCbor(messages.getFirst().params())
                        .sectors())
                .extracting(SectorPreCommitInfo::sectorNumber)
                .containsExactly(ONE, TWO, THREE);
        assertThat(messages.getFirst().value().compareTo(FakeChain.DEPOSIT.times(3)))
                .isGreaterThanOrEqualTo(0);
        assertThat(stage.states(ONE, TWO, THREE)).containsOnly(SectorState.WaitSeed);
    }

    @Test
    void readySectorWaitsAndGoesWithTheOther_whenAnotherIsBeingProven() {
        stage.ready(1, COMMIT_SEND);
        stage.about(2, SectorState.Committing);

        turns(3);
        assertThat(commits()).isEmpty();
        assertThat(stage.why(COMMIT_SEND, ONE)).contains("1 ready, 1 about to be");

        stage.disk.transactVoid(
                tx -> tx.sectors().update(tx.sectors().find(TWO).orElseThrow().withState(SectorState.WaitSeed)));
        stage.ready(3, COMMIT_SEND);
        turns(3);
        assertThat(commits()).containsExactly(List.of(ONE, THREE));
    }

    @Test
    void sectorWithAWrongProofStaysBehind_whenOthersAreReady() {
        stage.ready(1, COMMIT_SEND);
        stage.readyWithWrongProof(2);
        stage.ready(3, COMMIT_SEND);

        turns(4);

        assertThat(commits()).containsExactly(List.of(ONE, THREE));
        assertThat(stage.sector(TWO).state()).isEqualTo(SectorState.Committing);
    }

    @Test
    void oneSectorNeedsTheOperatorAndTheOthersAreActive_whenTheChainRefusesItsProof() {
        readyToCommit();
        stage.chain.invalidProofs(2);

        turns(6);

        assertThat(commits()).containsExactly(List.of(ONE, TWO, THREE));
        assertThat(stage.states(ONE, THREE)).containsOnly(SectorState.FinalizeSector);
        assertThat(stage.sector(TWO).state()).isEqualTo(SectorState.CommitFailed);
        assertThat(stage.sector(TWO).error().orElseThrow())
                .contains("COMMIT_FAILED", "exit code 16", "one of its 3 sectors");
    }

    @Test
    void othersGoAlone_whenTheNodeSaysThatTheMessageWithOneOfThemFails() {
        readyToCommit();
        stage.chain.failInRehearsal(message -> message.method() == MinerMethod.PROVE_COMMIT_SECTORS3.number()
                && sectors(message).contains(TWO));

        turns(6);

        assertThat(commits()).containsExactlyInAnyOrder(List.of(ONE), List.of(THREE));
        assertThat(stage.states(ONE, THREE)).containsOnly(SectorState.FinalizeSector);
        assertThat(stage.sector(TWO).state()).isEqualTo(SectorState.SubmitCommit);
        assertThat(stage.sector(TWO).error().orElseThrow()).contains("exit 33");

        stage.chain.failInRehearsal(message -> false);
        turns(4);
        assertThat(stage.sector(TWO).state()).isEqualTo(SectorState.FinalizeSector);
    }

    @Test
    void everySectorGoesAlone_whenTheSignersPolicyRefusesTheValueOfAllTogether() {
        stage.signer.allowAtMost(FakeChain.DEPOSIT.times(2));
        ready(PRE_COMMIT_SEND);

        turns(6);

        assertThat(preCommits()).containsExactlyInAnyOrder(List.of(ONE), List.of(TWO), List.of(THREE));
        assertThat(stage.states(ONE, TWO, THREE)).containsOnly(SectorState.WaitSeed);
    }

    @Test
    void everySectorGoesAlone_whenTheChainRefusedTheWholeMessage() {
        readyToCommit();
        stage.chain.refuseNext(MinerMethod.PROVE_COMMIT_SECTORS3, 17);

        turns(8);

        assertThat(commits())
                .hasSize(4)
                .startsWith(List.of(ONE, TWO, THREE))
                .contains(List.of(ONE), List.of(TWO), List.of(THREE));
        assertThat(stage.states(ONE, TWO, THREE)).containsOnly(SectorState.FinalizeSector);
    }

    @Test
    void everySectorGoesAlone_whenTheChainRefusedAllPreCommits() {
        ready(PRE_COMMIT_SEND);
        stage.chain.refuseNext(MinerMethod.PRE_COMMIT_SECTOR_BATCH2, 16);

        turns(8);

        assertThat(stage.chain.included(MinerMethod.PRE_COMMIT_SECTOR_BATCH2)).hasSize(4);
        assertThat(stage.states(ONE, TWO, THREE)).containsOnly(SectorState.WaitSeed);
    }

    @Test
    void wishOfItsOwnIsGivenUp_whenASectorGoesWithOthersAfterAll() {
        stage.ready(1, COMMIT_SEND);
        stage.chain.balance(TokenAmount.ZERO);
        turns(1);
        assertThat(message("commit/1/0").state()).isEqualTo(MessageState.INTENT);

        stage.ready(2, COMMIT_SEND);
        stage.chain.balance(TokenAmount.ofFil(100));
        turns(4);

        assertThat(commits()).containsExactly(List.of(ONE, TWO));
        assertThat(message("commit/1/0").state()).isEqualTo(MessageState.CANCELLED);
        assertThat(message("commit/1/0").error().orElseThrow()).contains("commit/batch-0");
        assertThat(message("commit/batch-0").state()).isEqualTo(MessageState.DONE);
    }

    private MessageRecord message(String key) {
        return stage.disk.read(tx -> tx.messages().find(key)).orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(names = {"PRE_COMMIT_SEND", "COMMIT_SEND"})
    void allGoTogetherInANewMessage_whenTheirMessageIsLost(SealingStep step) {
        ready(step);
        stage.run(step, ONE);
        stage.chain.stealNonce();
        stage.chain.advance(1);
        // So deep that no reorganisation gives the nonce back.
        stage.chain.advance(FINALITY);

        turns(8);

        var purpose = step == COMMIT_SEND ? "commit" : "precommit";
        assertThat(message(purpose + "/batch-0").state()).isEqualTo(MessageState.FAILED);
        assertThat(message(purpose + "/batch-1").state()).isEqualTo(MessageState.DONE);
        assertThat(stage.states(ONE, TWO, THREE))
                .containsOnly(step == COMMIT_SEND ? SectorState.FinalizeSector : SectorState.WaitSeed);
    }

    @Test
    void secondMessageIsSent_whenTheFirstIsFull() throws IOException {
        stage.close();
        var few = new BatchSettings(Duration.ZERO, 64, Duration.ZERO, 2, 10);
        stage = new SendStage(Files.createDirectory(directory.resolve("few")), few);
        readyToCommit();

        turns(4);

        assertThat(commits()).containsExactly(List.of(ONE, TWO), List.of(THREE));
        assertThat(stage.states(ONE, TWO, THREE)).containsOnly(SectorState.FinalizeSector);
    }

    @ParameterizedTest
    @EnumSource(names = {"PRE_COMMIT_SEND", "COMMIT_SEND"})
    void everySectorIsSentOnce_whenTheProcessDiesAtAnyBoundaryOfItsTransactions(SealingStep step) throws IOException {
        diesEverywhere(step, "together", List.of(List.of(ONE, TWO, THREE)), () -> {});
    }

    @Test
    void everySectorIsSentOnce_whenTheProcessDiesWhileAMessageIsTakenApart() throws IOException {
        diesEverywhere(
                COMMIT_SEND,
                "apart",
                List.of(List.of(ONE), List.of(TWO), List.of(THREE)),
                () -> stage.chain.failInRehearsal(
                        message -> message.method() == MinerMethod.PROVE_COMMIT_SECTORS3.number()
                                && sectors(message).size() > 1));
    }

    private void turnsUntilOver(SectorState over) {
        for (int i = 0; i < 8 && !isOver(over); i++) {
            turns(1);
        }
    }

    private boolean isOver(SectorState over) {
        return stage.states(ONE, TWO, THREE).stream().allMatch(state -> state == over);
    }

    private List<List<SectorNumber>> sent(SealingStep step) {
        return step == COMMIT_SEND ? commits() : preCommits();
    }

    private void diesEverywhere(SealingStep step, String name, List<List<SectorNumber>> expected, Runnable script)
            throws IOException {
        var over = step == COMMIT_SEND ? SectorState.FinalizeSector : SectorState.WaitSeed;
        int boundary = 0;
        for (boolean died = true; died; boundary++) {
            stage.close();
            stage = new SendStage(Files.createDirectory(directory.resolve(name + boundary)), PATIENT);
            ready(step);
            script.run();
            stage.dieAt(boundary);
            died = false;
            try {
                turnsUntilOver(over);
            } catch (SendStage.Killed killed) {
                died = true;
            }
            stage.live();
            stage.start();
            turnsUntilOver(over);

            assertThat(sent(step)).as("killed at boundary " + boundary).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(stage.states(ONE, TWO, THREE))
                    .as("killed at boundary " + boundary)
                    .containsOnly(over);
        }
        assertThat(boundary).as("places to die at").isGreaterThan(20);
    }
}
