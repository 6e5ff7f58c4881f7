package io.adit.core.slash;

import static io.adit.core.slash.TestBlock.GENESIS;
import static io.adit.core.slash.TestBlock.other;
import static io.adit.core.slash.TestBlock.own;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.AditException;
import io.adit.core.fil.Epoch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs that were cloned, restored or moved: of all copies one may sign, and none before the operator has said so. */
class SlashCopyTest {
    private final TestBlock first = own(1, 1, GENESIS);
    private final TestBlock second = own(2, 1, first);

    @TempDir
    Path root;

    private GuardFixture fixture = new GuardFixture(Path.of(""));

    @BeforeEach
    void signOne() {
        fixture = in(root.resolve("home"));
        with(fixture.begun(), guard -> guard.permit(first.intent()));
    }

    /** Log and anchor under one directory, as a node has them by default. */
    private static GuardFixture in(Path home) {
        return new GuardFixture(home.resolve("slash-guard"), home.resolve("slash-anchor"));
    }

    private static void with(SlashGuard opened, Consumer<SlashGuard> work) {
        try (opened) {
            work.accept(opened);
        }
    }

    private static void assertInDoubt(SlashGuard guard, Doubt doubt, ThrowingCallable call) {
        assertThat(guard.status().doubt()).contains(doubt);
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(SlashErrorCode.SLASH_IN_DOUBT));
    }

    private static void assertRule(SlashRule rule, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        BlockRefusedException.class, e -> assertThat(e.rule()).isEqualTo(rule));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    @Test
    void cloneOfTheWholeHome_signsNothing_whileTheOriginalGoesOn() throws IOException {
        var clone = in(root.resolve("clone"));
        copy(root.resolve("home"), root.resolve("clone"));
        try (var original = fixture.openAt(1);
                var copied = clone.openAt(1)) {
            assertInDoubt(copied, Doubt.LOG_COPIED, () -> copied.permit(second.intent()));
            assertThatThrownBy(copied::exportComplete).isInstanceOf(AditException.class);

            original.permit(second.intent());
        }
        // Again and again, until the operator says up to where the other one may have signed.
        with(clone.openAt(9), copied -> {
            assertInDoubt(
                    copied,
                    Doubt.LOG_COPIED,
                    () -> copied.permit(own(9, 1, GENESIS).intent()));
            copied.acceptEpoch(new Epoch(9));
            assertRule(
                    SlashRule.UNKNOWN_HISTORY,
                    () -> copied.permit(own(10, 1, other(9, 1, GENESIS)).intent()));
            copied.permit(own(11, 1, other(10, 1, GENESIS)).intent());
        });
        with(clone.openAt(11), copied -> assertThat(copied.status().doubt()).isEmpty());
    }

    @Test
    void homeThatWasRestoredWithItsAnchor_signsNothing_withoutARebootToo() throws IOException {
        copy(root.resolve("home"), root.resolve("backup"));
        with(fixture.openAt(1), guard -> guard.permit(second.intent()));
        var exported = new ProtectionFile[1];
        with(fixture.openAt(2), guard -> exported[0] = guard.exportComplete());
        Files.move(root.resolve("home"), root.resolve("gone"));
        copy(root.resolve("backup"), root.resolve("home"));

        with(fixture.openAt(2), guard -> {
            assertInDoubt(
                    guard, Doubt.LOG_COPIED, () -> guard.permit(own(2, 2, first).intent()));

            assertThat(guard.importFile(exported[0]).added()).isOne();

            assertRule(
                    SlashRule.DOUBLE_FORK, () -> guard.permit(own(2, 2, first).intent()));
            guard.permit(own(3, 1, second).intent());
        });
    }

    @Test
    void homeThatWasRenamed_signsOn() throws IOException {
        Files.move(root.resolve("home"), root.resolve("renamed"));

        with(in(root.resolve("renamed")).openAt(1), guard -> {
            guard.permit(second.intent());
            assertRule(
                    SlashRule.DOUBLE_FORK, () -> guard.permit(own(2, 2, first).intent()));
        });
    }

    @Test
    void logThatDoesNotSayWhereItWasWritten_signsOn_andSaysSoFromThenOn() throws IOException {
        // Nor does its anchor say what the file was like.
        fixture.wait = false;
        var records = GuardLog.read(fixture.log()).records();
        var older = records.stream()
                .filter(record -> !(record instanceof GuardRecord.Place))
                .toList();
        assertThat(older).hasSize(records.size() - 1);
        Files.write(fixture.log(), GuardLog.encode(older));

        with(fixture.openAt(1), guard -> guard.permit(second.intent()));

        assertThat(GuardLog.read(fixture.log()).records())
                .filteredOn(record -> record instanceof GuardRecord.Place)
                .hasSize(1);
        with(fixture.openAt(2), guard -> guard.permit(own(3, 1, second).intent()));
    }

    @Test
    void restoredBackupRefusesUntilFileIsImported() throws IOException {
        byte[] backup = Files.readAllBytes(fixture.log());
        var exported = new ProtectionFile[1];
        with(fixture.openAt(1), guard -> {
            guard.permit(second.intent());
            exported[0] = guard.exportComplete();
        });
        // Into the same file: only the anchor knows better.
        Files.write(fixture.log(), backup);

        with(fixture.openAt(2), guard -> {
            assertInDoubt(
                    guard,
                    Doubt.LOG_BEHIND_ANCHOR,
                    () -> guard.permit(own(3, 1, second).intent()));
            assertInDoubt(guard, Doubt.LOG_BEHIND_ANCHOR, guard::exportComplete);

            assertThat(guard.importFile(exported[0]).added()).isOne();

            assertRule(
                    SlashRule.DOUBLE_FORK, () -> guard.permit(own(2, 2, first).intent()));
            assertThat(guard.permit(own(3, 1, second).intent()).again()).isFalse();
        });
    }

    /** The block that is forgotten was never on the chain, and the machine did not boot. */
    @Test
    void blocksAreRefusedThatTheForgottenOneMayClashWith_whenLogAndAnchorWereBothOverwrittenByOlderOnes()
            throws IOException {
        byte[] log = Files.readAllBytes(fixture.log());
        byte[] anchor = Files.readAllBytes(fixture.anchor);
        with(fixture.openAt(1), guard -> guard.permit(second.intent()));
        fixture.overwrite(log, anchor);

        with(fixture.openAt(2), guard -> {
            assertThat(guard.status().doubt()).isEmpty();
            assertThat(guard.status().floor()).isEqualTo(new Epoch(3));
            assertRule(
                    SlashRule.UNKNOWN_HISTORY,
                    () -> guard.permit(own(2, 2, first).intent()));
            assertRule(
                    SlashRule.UNKNOWN_HISTORY,
                    () -> guard.permit(own(4, 1, other(3, 1, GENESIS)).intent()));
            guard.permit(own(5, 1, other(4, 1, GENESIS)).intent());
        });
        // It waits once.
        with(
                fixture.openAt(5),
                guard -> guard.permit(own(6, 1, other(5, 1, GENESIS)).intent()));
    }

    @Test
    void guardWaitsOnce_whenItsAnchorIsOfTheVersionThatDidNotKnowTheFile() throws IOException {
        var anchor = new FileGuardAnchor(fixture.anchor);
        var mark = anchor.read().orElseThrow();
        assertThat(mark.logState()).isPresent();
        Files.write(fixture.anchor, GuardFixture.firstVersion(mark));
        assertThat(anchor.read()).contains(new GuardAnchor.Mark(mark.identity(), mark.highWater()));

        with(fixture.openAt(1), guard -> assertThat(guard.status().floor()).isEqualTo(new Epoch(2)));
        with(fixture.openAt(9), guard -> assertThat(guard.status().floor()).isEqualTo(new Epoch(2)));
    }

    @Test
    void runningOriginalStops_whenTheCopyWithItsAnchorWasAccepted() throws IOException {
        var clone = new GuardFixture(root.resolve("clone"), fixture.anchor);
        copy(fixture.directory, clone.directory);
        try (var original = fixture.openAt(1);
                var copied = clone.openAt(1)) {
            copied.acceptEpoch(new Epoch(1));

            assertThatThrownBy(() -> original.permit(second.intent())).isInstanceOf(AditException.class);
            assertThat(original.status().doubt()).contains(Doubt.ANCHOR_FOREIGN);
        }
    }

    @Test
    void runningGuardStops_whenTheAnchorHasMovedOnWithoutIt() throws IOException {
        var anchor = new FileGuardAnchor(fixture.anchor);
        var identity = anchor.read().orElseThrow().identity();
        try (var guard = fixture.openAt(1)) {
            anchor.write(new GuardAnchor.Mark(identity, 2));

            assertThatThrownBy(() -> guard.permit(own(2, 2, first).intent())).isInstanceOf(AditException.class);
            assertThat(guard.status().doubt()).contains(Doubt.LOG_BEHIND_ANCHOR);
        }
    }

    @Test
    void copyWithoutAnchorRefuses() throws IOException {
        var elsewhere = in(root.resolve("copy"));
        Files.createDirectories(root.resolve("copy"));
        copy(fixture.directory, elsewhere.directory);
        with(
                elsewhere.openAt(1),
                guard -> assertInDoubt(
                        guard,
                        Doubt.ANCHOR_MISSING,
                        () -> guard.permit(own(2, 1, GENESIS).intent())));
    }
}
