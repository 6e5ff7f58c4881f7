package io.adit.core.slash;

import static io.adit.core.slash.TestBlock.GENESIS;
import static io.adit.core.slash.TestBlock.other;
import static io.adit.core.slash.TestBlock.own;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.AditException;
import io.adit.core.fil.Epoch;
import io.adit.core.task.CrashPoints;
import io.adit.core.task.SteppedClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that fail below a guard that runs, and come back: it refuses meanwhile, and then goes on by itself. */
class SlashTroubleTest {
    private static final TestBlock FIRST = own(1, 1, GENESIS);
    private static final TestBlock SECOND = own(2, 1, FIRST);

    private final SteppedClock clock = new SteppedClock(Instant.parse("2026-11-23T18:00:00Z"));

    @TempDir
    Path root;

    private GuardFixture fixture = new GuardFixture(Path.of(""));

    @BeforeEach
    void makeFixture() {
        fixture = new GuardFixture(
                root.resolve("disk").resolve("guard"), root.resolve("volume").resolve("anchor"));
    }

    private SlashGuard open() {
        return SlashGuard.open(fixture.settings(), clock, new SecureRandom(), fixture.meters);
    }

    /** One that has signed the first block. */
    private SlashGuard signing() {
        var guard = open();
        guard.begin();
        guard.resume(Epoch.GENESIS, List.of());
        guard.permit(FIRST.intent());
        return guard;
    }

    private static void assertRule(SlashRule rule, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        BlockRefusedException.class, e -> assertThat(e.rule()).isEqualTo(rule));
    }

    private static void assertUnwritable(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(SlashErrorCode.SLASH_LOG_UNWRITABLE));
    }

    /** So that the anchor cannot be replaced. */
    private Path blockTheAnchor() throws IOException {
        var inTheWay = fixture.anchor.resolveSibling("anchor.tmp");
        Files.createDirectory(inTheWay);
        Files.createFile(inTheWay.resolve("file"));
        return inTheWay;
    }

    private static void clear(Path inTheWay) throws IOException {
        Files.delete(inTheWay.resolve("file"));
        Files.delete(inTheWay);
    }

    @Test
    void guardGoesOnByItself_andTheBlockThatFailedCountsAsSigned() throws IOException {
        try (var guard = signing()) {
            var inTheWay = blockTheAnchor();
            assertUnwritable(() -> guard.permit(SECOND.intent()));
            assertUnwritable(() -> guard.permit(SECOND.intent()));
            assertThat(guard.status().doubt()).contains(Doubt.LOG_UNWRITABLE);
            assertUnwritable(() -> guard.resume(new Epoch(2), List.of()));

            clear(inTheWay);
            clock.step(Duration.ofSeconds(30));

            assertThat(guard.status().doubt()).contains(Doubt.CHAIN_NOT_SEEN);
            guard.resume(new Epoch(2), List.of(FIRST.protection()));
            assertRule(
                    SlashRule.DOUBLE_FORK, () -> guard.permit(own(2, 2, FIRST).intent()));
            assertThat(guard.permit(SECOND.intent()).again()).isTrue();
            // As after a start that finds the log changed.
            assertThat(guard.status().floor()).isEqualTo(new Epoch(3));
            guard.permit(own(5, 1, other(4, 1, SECOND)).intent());
        }
        try (var guard = open()) {
            guard.resume(new Epoch(5), List.of());
            assertThat(guard.status().doubt()).isEmpty();
            assertThat(guard.status().floor()).isEqualTo(new Epoch(3));
            assertRule(
                    SlashRule.DOUBLE_FORK, () -> guard.permit(own(2, 2, FIRST).intent()));
        }
    }

    @Test
    void filesAreReadAgain_laterAndLater() throws IOException {
        try (var guard = signing()) {
            var inTheWay = blockTheAnchor();
            assertUnwritable(() -> guard.permit(SECOND.intent()));
            // The first time at once, then after one second and after two.
            guard.status();
            clear(inTheWay);
            assertThat(guard.status().doubt()).contains(Doubt.LOG_UNWRITABLE);
            var again = blockTheAnchor();
            clock.step(Duration.ofSeconds(1));
            guard.status();
            clear(again);
            clock.step(Duration.ofSeconds(1));
            assertThat(guard.status().doubt()).contains(Doubt.LOG_UNWRITABLE);
            clock.step(Duration.ofSeconds(1));
            assertThat(guard.status().doubt()).contains(Doubt.CHAIN_NOT_SEEN);
        }
    }

    /** Nothing may be answered from memory alone: after a power cut nobody would know of it. */
    @Test
    void blockIsNotSignedAgain_whenMemoryWasShortBeforeItWasOnTheDisk() throws IOException {
        try (var guard = signing()) {
            CrashPoints.watch(place -> {
                if (place.equals("slash.appended")) {
                    throw new OutOfMemoryError("short");
                }
            });
            try {
                assertThatThrownBy(() -> guard.permit(SECOND.intent())).isInstanceOf(OutOfMemoryError.class);
            } finally {
                CrashPoints.unwatch();
            }
            fixture.cutLastRecord();

            assertThatThrownBy(() -> guard.permit(SECOND.intent()))
                    .isInstanceOfSatisfying(
                            AditException.class, e -> assertThat(e.code()).isEqualTo(SlashErrorCode.SLASH_IN_DOUBT));

            // Read again, and written anew.
            assertThat(guard.status().doubt()).contains(Doubt.CHAIN_NOT_SEEN);
            assertThat(GuardLog.read(fixture.log()).records()).contains(new GuardRecord.Signed(SECOND.protection(), 0));
        }
    }

    /** A sync that failed: what was written can be read, and is gone once the machine boots. */
    @Test
    void everythingIsWrittenAnew_afterAFailedWrite() throws IOException {
        try (var guard = signing()) {
            var before = LogFile.name(fixture.log());
            var inTheWay = blockTheAnchor();
            assertUnwritable(() -> guard.permit(SECOND.intent()));
            clear(inTheWay);
            // The record of the second block did not get to the disk.
            fixture.cutLastRecord();

            assertThat(guard.status().doubt()).contains(Doubt.CHAIN_NOT_SEEN);

            assertThat(LogFile.name(fixture.log())).isNotEqualTo(before);
            assertThat(GuardLog.read(fixture.log()).records())
                    .contains(
                            new GuardRecord.Signed(FIRST.protection(), 0),
                            new GuardRecord.Signed(SECOND.protection(), 0));
        }
    }

    @Test
    void guardWaitsForItsDisk_andMakesNothingBelowTheMountPoint() throws IOException {
        try (var guard = signing()) {
            Files.move(root.resolve("disk"), root.resolve("unmounted"));
            assertUnwritable(() -> guard.permit(SECOND.intent()));
            assertThat(guard.status().detail()).contains("is not there any more");
            assertUnwritable(() -> guard.acceptEpoch(new Epoch(9)));
            assertThat(root.resolve("disk")).doesNotExist();

            Files.move(root.resolve("unmounted"), root.resolve("disk"));
            clock.step(Duration.ofSeconds(30));

            guard.resume(new Epoch(2), List.of());
            assertThat(guard.status().doubt()).isEmpty();
            assertRule(
                    SlashRule.DOUBLE_FORK, () -> guard.permit(own(1, 2, GENESIS).intent()));
        }
    }

    @Test
    void operatorsWordMakesNothing_whileTheDiskIsAway() throws IOException {
        try (var guard = signing()) {
            Files.move(root.resolve("disk"), root.resolve("unmounted"));
            assertUnwritable(() -> guard.acceptEpoch(new Epoch(9)));
            assertThat(root.resolve("disk")).doesNotExist();

            Files.move(root.resolve("unmounted"), root.resolve("disk"));
            clock.step(Duration.ofSeconds(30));
            guard.acceptEpoch(new Epoch(9));
            assertThat(guard.status().floor()).isEqualTo(new Epoch(9));
        }
    }

    @Test
    void guardWaitsForTheDiskOfItsAnchor() throws IOException {
        try (var guard = signing()) {
            Files.move(root.resolve("volume"), root.resolve("unmounted"));
            assertUnwritable(() -> guard.permit(SECOND.intent()));
            assertThat(root.resolve("volume")).doesNotExist();

            Files.move(root.resolve("unmounted"), root.resolve("volume"));
            clock.step(Duration.ofSeconds(30));

            guard.resume(new Epoch(2), List.of());
            assertThat(guard.status().doubt()).isEmpty();
        }
    }

    @Test
    void guardStopsForGood_whenSomethingElseWritesToItsLog() throws IOException {
        try (var guard = signing()) {
            Files.write(fixture.log(), new byte[] {1}, java.nio.file.StandardOpenOption.APPEND);
            assertUnwritable(() -> guard.permit(SECOND.intent()));
            clock.step(Duration.ofHours(1));

            assertThat(guard.status().doubt()).contains(Doubt.LOG_UNWRITABLE);
            assertThatThrownBy(() -> guard.resume(new Epoch(2), List.of()))
                    .hasMessageContaining("something else writes to it");
        }
    }

    /** The guard was opened below the mount point of its disk, which came later. */
    @Test
    void logThatCameLater_isReadAndNotReplaced() throws IOException {
        signing().close();
        Files.move(root.resolve("disk"), root.resolve("unmounted"));
        Files.move(root.resolve("volume"), root.resolve("unmounted-anchor"));
        try (var guard = open()) {
            assertThat(guard.status().doubt()).contains(Doubt.LOG_MISSING);
            Files.move(root.resolve("disk"), root.resolve("below"));
            Files.move(root.resolve("unmounted"), root.resolve("disk"));
            Files.move(root.resolve("unmounted-anchor"), root.resolve("volume"));

            assertThatThrownBy(guard::begin).hasMessageContaining("this miner has a history");

            assertThat(guard.status().blocks()).isOne();
            guard.resume(new Epoch(1), List.of());
            assertRule(
                    SlashRule.DOUBLE_FORK, () -> guard.permit(own(1, 2, GENESIS).intent()));
        }
    }

    /** Its log comes before its anchor, and both after the chain was looked at, with the guard's own block. */
    @Test
    void logAndAnchorThatCameLater_accountForTheBlocksThatTheChainHasShown() throws IOException {
        signing().close();
        Files.move(root.resolve("disk"), root.resolve("unmounted"));
        Files.move(root.resolve("volume"), root.resolve("unmounted-anchor"));
        try (var guard = open()) {
            guard.resume(new Epoch(1), List.of(FIRST.protection()));
            assertThatThrownBy(guard::begin).hasMessageContaining("this miner has a history");
            Files.move(root.resolve("disk"), root.resolve("below"));
            Files.move(root.resolve("unmounted"), root.resolve("disk"));
            assertThat(guard.status().doubt()).contains(Doubt.ANCHOR_MISSING);
            Files.move(root.resolve("unmounted-anchor"), root.resolve("volume"));
            clock.step(Duration.ofSeconds(30));

            assertThat(guard.status().doubt()).contains(Doubt.CHAIN_NOT_SEEN);
            guard.resume(new Epoch(1), List.of(FIRST.protection()));
            assertThat(guard.status().doubt()).isEmpty();
            guard.observe(own(1, 2, GENESIS).protection());
            assertThat(guard.status().doubt()).contains(Doubt.UNKNOWN_OWN_BLOCK);
        }
    }

    @Test
    void logThatCameLater_isReadBeforeTheOperatorsWordIsTaken() throws IOException {
        signing().close();
        Files.move(root.resolve("disk"), root.resolve("unmounted"));
        try (var guard = open()) {
            Files.move(root.resolve("disk"), root.resolve("below"));
            Files.move(root.resolve("unmounted"), root.resolve("disk"));

            guard.acceptEpoch(Epoch.GENESIS);

            assertThat(guard.status().blocks()).isOne();
        }
    }

    @Test
    void clockThatWasSetBack_endsThePause() throws IOException {
        try (var guard = signing()) {
            var inTheWay = blockTheAnchor();
            assertUnwritable(() -> guard.permit(SECOND.intent()));
            guard.status();
            clear(inTheWay);
            clock.step(Duration.ofHours(-1));

            assertThat(guard.status().doubt()).isEqualTo(Optional.of(Doubt.CHAIN_NOT_SEEN));
        }
    }
}
