package io.adit.core.slash;

import static io.adit.core.slash.TestBlock.GENESIS;
import static io.adit.core.slash.TestBlock.other;
import static io.adit.core.slash.TestBlock.own;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.AditException;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Epoch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlashGuardTest {
    @TempDir
    Path root;

    private GuardFixture fixture = new GuardFixture(Path.of(""));

    @BeforeEach
    void makeFixture() {
        fixture = new GuardFixture(root);
    }

    private static void assertRule(SlashRule rule, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        BlockRefusedException.class, e -> assertThat(e.rule()).isEqualTo(rule));
    }

    private static void assertCode(SlashErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void honestMiningIsNeverRefused_throughNullRoundsAndReorgs() {
        try (var guard = fixture.begun()) {
            TestBlock head = GENESIS;
            TestBlock fork = GENESIS;
            for (int epoch = 1; epoch <= 300; epoch++) {
                if (epoch % 7 == 0) {
                    continue;
                }
                var mine = own(epoch, 1, head);
                assertThat(guard.permit(mine.intent()).again()).isFalse();
                // Now and then another fork wins, in which our last blocks do not stand.
                fork = other(epoch, 2, fork);
                head = epoch % 13 == 0 ? fork : mine;
            }
            assertThat(guard.status().blocks()).isEqualTo(258);
        }
    }

    @Test
    void guardCanBeOpenedAgain_afterMemoryWasShort() {
        fixture.begun().close();
        var own = fixture.settings();
        var scarce = new GuardAnchor() {
            @Override
            public Optional<Mark> read() {
                throw new OutOfMemoryError("unable to create native thread");
            }

            @Override
            public void write(Mark mark) {
                throw new IllegalStateException("nothing is to be written");
            }
        };
        var settings = new GuardSettings(
                own.miner(), own.genesis(), own.directory(), scarce, own.mark(), own.lease(), own.waitAfterMove());

        assertThatThrownBy(() -> SlashGuard.open(settings, GuardFixture.CLOCK, new SecureRandom(), fixture.meters))
                .isInstanceOf(OutOfMemoryError.class);

        try (var guard = fixture.openAt(1)) {
            assertThat(guard.status().doubt()).isEmpty();
        }
    }

    @Test
    void sameBytesArePermittedAgain_evenAfterLaterBlocks() {
        try (var guard = fixture.begun()) {
            var first = own(1, 1, GENESIS);
            guard.permit(first.intent());
            guard.permit(own(2, 1, first).intent());

            assertThat(guard.permit(first.intent()).again()).isTrue();
        }
    }

    @Test
    void refusalNamesRuleAndEarlierBlock() {
        try (var guard = fixture.begun()) {
            var first = own(1, 1, GENESIS);
            guard.permit(first.intent());

            assertThatThrownBy(() -> guard.permit(own(1, 2, GENESIS).intent()))
                    .isInstanceOfSatisfying(BlockRefusedException.class, e -> {
                        assertThat(e.rule()).isEqualTo(SlashRule.DOUBLE_FORK);
                        assertThat(e.earlier()).contains(first.protection());
                        assertThat(e).hasMessageContaining(first.unsigned().toString());
                    });
            assertThat(fixture.meters
                            .counter("adit_slash_guard_requests", "outcome", "double_fork")
                            .count())
                    .isOne();
        }
    }

    @Test
    void rulesHoldAfterRestart() {
        var sibling = other(5, 1, GENESIS);
        var mine = own(5, 1, GENESIS);
        try (var guard = fixture.begun()) {
            guard.permit(mine.intent());
        }
        try (var guard = fixture.openAt(5)) {
            assertRule(
                    SlashRule.DOUBLE_FORK, () -> guard.permit(own(5, 2, GENESIS).intent()));
            assertRule(
                    SlashRule.TIME_OFFSET, () -> guard.permit(own(6, 1, GENESIS).intent()));
            assertRule(
                    SlashRule.PARENT_GRINDING,
                    () -> guard.permit(own(6, 1, sibling).intent()));
            assertRule(
                    SlashRule.HIGH_WATER,
                    () -> guard.permit(own(4, 1, other(1, 1, GENESIS)).intent()));
            assertThat(guard.permit(own(6, 1, mine, sibling).intent()).again()).isFalse();
        }
    }

    @Test
    void ownBlockOnOtherForkMayBeLeftOut_onlyWhenGrandparentsShowIt() {
        var a = other(1, 1, GENESIS);
        var b = other(1, 2, GENESIS);
        try (var guard = fixture.begun()) {
            guard.permit(own(2, 1, a).intent());
            var onOtherFork = own(3, 1, other(2, 1, b));

            assertRule(SlashRule.PARENT_GRINDING, () -> guard.permit(onOtherFork.bareIntent()));
            assertThat(guard.permit(onOtherFork.intent()).again()).isFalse();
        }
    }

    @Test
    void ownParentNotNamedAsOwnIsRefused() {
        try (var guard = fixture.begun()) {
            var mine = own(2, 1, GENESIS);
            guard.permit(mine.intent());

            assertRule(
                    SlashRule.PARENT_GRINDING,
                    () -> guard.permit(own(3, 1, mine).bareIntent()));
        }
    }

    @Test
    void nothingIsPermitted_beforeTheChainIsSeen() {
        fixture.begun().close();
        try (var guard = fixture.open()) {
            assertCode(
                    SlashErrorCode.SLASH_IN_DOUBT,
                    () -> guard.permit(own(9, 1, GENESIS).intent()));
        }
    }

    @Test
    void missingLogRefusesUntilEpochIsStated() {
        try (var guard = fixture.open()) {
            guard.resume(new Epoch(100), List.of());
            assertCode(
                    SlashErrorCode.SLASH_IN_DOUBT,
                    () -> guard.permit(own(101, 1, GENESIS).intent()));
            assertThat(guard.status().doubt()).contains(Doubt.LOG_MISSING);

            guard.acceptEpoch(new Epoch(100));

            assertRule(
                    SlashRule.UNKNOWN_HISTORY,
                    () -> guard.permit(own(101, 1, other(100, 1, GENESIS)).intent()));
            assertThat(guard.permit(own(102, 1, other(101, 1, GENESIS)).intent())
                            .again())
                    .isFalse();
        }
    }

    @Test
    void statedEpochFarAheadIsRefused() {
        try (var guard = fixture.open()) {
            guard.resume(new Epoch(100), List.of());
            assertThatThrownBy(() -> guard.acceptEpoch(new Epoch(1_000_000))).isInstanceOf(InvalidValueException.class);
        }
    }

    @Test
    void epochFarAheadIsRefused_alsoWhereNoNodeRunsThatResumes() throws IOException {
        try (var guard = fixture.open()) {
            guard.begin();
            guard.isNow(new Epoch(100));
            assertThatThrownBy(() -> guard.acceptEpoch(new Epoch(2981))).isInstanceOf(InvalidValueException.class);
            guard.acceptEpoch(new Epoch(2980));
            assertThat(guard.status().floor()).isEqualTo(new Epoch(2980));
        }
    }

    @Test
    void fileOfFarAheadIsRefused_andNothingOfItTaken() {
        try (var guard = fixture.open()) {
            guard.resume(new Epoch(100), List.of());
            var far = own(2981, 1, GENESIS).protection();
            assertThatThrownBy(() -> guard.importFile(
                            ProtectionFile.of(GuardFixture.GENESIS, TestBlock.MINER, -1, List.of(far))))
                    .isInstanceOf(InvalidValueException.class);
            assertThatThrownBy(() ->
                            guard.importFile(ProtectionFile.of(GuardFixture.GENESIS, TestBlock.MINER, 2981, List.of())))
                    .isInstanceOf(InvalidValueException.class);
            assertThat(guard.status().floor().value()).isLessThan(2981);
            assertThat(guard.status().highWater().value()).isLessThan(2981);
        }
    }

    @Test
    void lostLogIsNoticed_byItsAnchor() throws IOException {
        try (var guard = fixture.begun()) {
            guard.permit(own(7, 1, GENESIS).intent());
        }
        Files.delete(fixture.log());
        try (var guard = fixture.open()) {
            assertCode(SlashErrorCode.SLASH_IN_DOUBT, guard::begin);
            guard.resume(new Epoch(7), List.of());
            // Too low: the anchor knows better.
            guard.acceptEpoch(new Epoch(3));
            assertThat(guard.status().floor()).isEqualTo(new Epoch(7));
        }
    }

    @Test
    void unknownOwnBlockOnChainStopsTheGuard() {
        var mine = own(1, 1, GENESIS);
        try (var guard = fixture.begun()) {
            guard.permit(mine.intent());
            guard.observe(mine.protection());
            assertThat(guard.status().doubt()).isEmpty();

            guard.observe(own(4, 9, GENESIS).protection());

            assertThat(guard.status().doubt()).contains(Doubt.UNKNOWN_OWN_BLOCK);
            assertCode(
                    SlashErrorCode.SLASH_IN_DOUBT,
                    () -> guard.permit(own(5, 1, mine).intent()));
            // Stated too low: the chain knows better.
            guard.acceptEpoch(new Epoch(2));
            assertThat(guard.status().floor()).isEqualTo(new Epoch(4));
        }
    }

    @Test
    void otherBootWaitsForParentsAfterTheStart() {
        fixture.begun().close();
        fixture.mark = new MachineMark("boot 2");
        try (var guard = fixture.openAt(50)) {
            assertThat(guard.status().floor()).isEqualTo(new Epoch(51));
            assertRule(
                    SlashRule.UNKNOWN_HISTORY,
                    () -> guard.permit(own(52, 1, other(51, 1, GENESIS)).intent()));
            guard.permit(own(53, 1, other(52, 1, GENESIS)).intent());
        }
        // The same boot again costs nothing.
        try (var guard = fixture.openAt(60)) {
            assertThat(guard.status().floor()).isEqualTo(new Epoch(51));
        }
    }

    @Test
    void soleProducerNeedNotWait() {
        fixture.begun().close();
        fixture.mark = new MachineMark("boot 2");
        fixture.wait = false;
        try (var guard = fixture.openAt(50)) {
            assertThat(guard.permit(own(51, 1, GENESIS).intent()).again()).isFalse();
        }
    }

    @Test
    void secondGuardOnOneLogIsFencedOff() {
        var first = fixture.begun();
        assertThatThrownBy(fixture::open)
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(SlashErrorCode.SLASH_HELD_ELSEWHERE))
                .hasMessageContaining("process " + ProcessHandle.current().pid());
        first.close();
        fixture.open().close();
    }

    @Test
    void leaseIsNeededForEachPermit_andNewTokenWaits() {
        try (var guard = fixture.begun()) {
            var mine = own(1, 1, GENESIS);
            guard.permit(mine.intent());
            fixture.token = OptionalLong.empty();
            assertCode(
                    SlashErrorCode.SLASH_LEASE_LOST,
                    () -> guard.permit(own(2, 1, mine).intent()));

            fixture.token = OptionalLong.of(3);
            assertCode(
                    SlashErrorCode.SLASH_LEASE_LOST,
                    () -> guard.permit(own(2, 1, mine).intent()));
            guard.resume(new Epoch(10), List.of());

            assertRule(
                    SlashRule.UNKNOWN_HISTORY,
                    () -> guard.permit(own(12, 1, other(11, 1, mine)).intent()));
            guard.permit(own(13, 1, other(12, 1, mine)).intent());
        }
    }

    @Test
    void blocksOfTheNodeThatHadTheLease_areNoCopysWork() {
        var mine = own(1, 1, GENESIS);
        try (var guard = fixture.begun()) {
            guard.permit(mine.intent());
        }
        var others = own(5, 1, mine);
        fixture.token = OptionalLong.of(2);
        try (var guard = fixture.open()) {
            guard.resume(new Epoch(10), List.of(mine.protection(), others.protection()));

            assertThat(guard.status().doubt()).isEmpty();
            assertRule(
                    SlashRule.UNKNOWN_HISTORY,
                    () -> guard.permit(own(12, 1, other(11, 1, others)).intent()));
            guard.permit(own(13, 1, other(12, 1, others)).intent());
            guard.observe(own(14, 2, others).protection());
            assertThat(guard.status().doubt()).contains(Doubt.UNKNOWN_OWN_BLOCK);
        }
    }

    @Test
    void logThatWasMadeForAStandby_waitsWhenItGetsTheLease() {
        try (var guard = fixture.open()) {
            guard.acceptEpoch(Epoch.GENESIS);
        }
        var others = own(5, 1, GENESIS);
        fixture.token = OptionalLong.of(1);
        try (var guard = fixture.open()) {
            guard.resume(new Epoch(10), List.of(others.protection()));

            assertThat(guard.status().doubt()).isEmpty();
            assertThat(guard.status().floor()).isEqualTo(new Epoch(11));
        }
    }

    @Test
    void blockThatNoOtherNodeCanHaveSigned_isACopysWork_underTheSameToken() {
        fixture.begun().close();
        try (var guard = fixture.open()) {
            guard.resume(new Epoch(10), List.of(own(5, 1, GENESIS).protection()));

            assertThat(guard.status().doubt()).contains(Doubt.UNKNOWN_OWN_BLOCK);
        }
    }

    @Test
    void unfinishedLastRecordIsCutOff_andWaitedOut() throws IOException {
        var mine = own(1, 1, GENESIS);
        try (var guard = fixture.begun()) {
            guard.permit(mine.intent());
        }
        byte[] whole = Files.readAllBytes(fixture.log());
        byte[] anchor = Files.readAllBytes(fixture.anchor);
        try (var guard = fixture.openAt(1)) {
            guard.permit(own(2, 1, mine).intent());
        }
        byte[] longer = Files.readAllBytes(fixture.log());
        for (int cut = whole.length + 1; cut < longer.length; cut++) {
            Files.write(fixture.log(), java.util.Arrays.copyOf(longer, cut));
            Files.write(fixture.anchor, anchor);
            try (var guard = fixture.openAt(2)) {
                assertThat(guard.status().doubt()).isEmpty();
                assertThat(guard.status().floor()).isEqualTo(new Epoch(3));
                assertThat(guard.status().blocks()).isOne();
            }
        }
    }

    @Test
    void lossOfAcknowledgedLastRecordIsNoticed_byTheAnchor() throws IOException {
        try (var guard = fixture.begun()) {
            guard.permit(own(1, 1, GENESIS).intent());
        }
        byte[] whole = Files.readAllBytes(fixture.log());
        whole[whole.length - 1] ^= 1;
        Files.write(fixture.log(), whole);
        try (var guard = fixture.openAt(2)) {
            assertThat(guard.status().doubt()).contains(Doubt.LOG_BEHIND_ANCHOR);
        }
    }

    @Test
    void everyFlippedBitInTheMiddleIsNoticed() throws IOException {
        try (var guard = fixture.begun()) {
            guard.permit(own(1, 1, GENESIS).intent());
            guard.permit(own(2, 1, own(1, 1, GENESIS)).intent());
        }
        byte[] whole = Files.readAllBytes(fixture.log());
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= (byte) (1 << (at % 8));
            Files.write(fixture.log(), flipped);
            try (var guard = fixture.openAt(3)) {
                assertThat(guard.status().doubt()).as("byte %d", at).isPresent();
            }
        }
    }

    @Test
    void damagedLogIsKeptAside_whenTheOperatorStatesTheEpoch() throws IOException {
        try (var guard = fixture.begun()) {
            guard.permit(own(1, 1, GENESIS).intent());
            guard.permit(own(2, 1, own(1, 1, GENESIS)).intent());
        }
        byte[] damaged = Files.readAllBytes(fixture.log());
        damaged[60] ^= 1;
        Files.write(fixture.log(), damaged);
        try (var guard = fixture.openAt(3)) {
            assertThat(guard.status().doubt()).contains(Doubt.LOG_DAMAGED);
            guard.acceptEpoch(new Epoch(1));
            assertThat(guard.status().floor()).isEqualTo(new Epoch(2));
            assertThat(guard.status().doubt()).isEmpty();
        }
        assertThat(fixture.directory)
                .isDirectoryContaining(file -> file.toString().contains(".damaged-"));
    }

    @Test
    void blockIsInTheLogBeforeThePermitIsGiven_andTheLogIsTheOwnersOnly() throws IOException {
        try (var guard = fixture.begun()) {
            var mine = own(1, 1, GENESIS);
            guard.permit(mine.intent());

            var records = GuardLog.read(fixture.log()).records();
            assertThat(records).contains(new GuardRecord.Signed(mine.protection(), 0));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(fixture.log())))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void failedAnchorStopsTheGuard_andTheBlockCountsAsSigned() throws IOException {
        var mine = own(1, 1, GENESIS);
        try (var guard = fixture.begun()) {
            Path temporary = fixture.anchor.resolveSibling("anchor.tmp");
            Files.createDirectory(temporary);
            Files.createFile(temporary.resolve("in the way"));

            assertCode(SlashErrorCode.SLASH_LOG_UNWRITABLE, () -> guard.permit(mine.intent()));
            assertCode(SlashErrorCode.SLASH_LOG_UNWRITABLE, () -> guard.permit(mine.intent()));

            Files.delete(temporary.resolve("in the way"));
            Files.delete(temporary);
        }
        try (var guard = fixture.openAt(1)) {
            assertRule(
                    SlashRule.DOUBLE_FORK, () -> guard.permit(own(1, 2, GENESIS).intent()));
            assertThat(guard.permit(mine.intent()).again()).isTrue();
        }
    }

    @Test
    void somethingElseWritingTheLogIsNoticed() throws IOException {
        try (var guard = fixture.begun()) {
            Files.write(fixture.log(), new byte[] {1}, java.nio.file.StandardOpenOption.APPEND);
            assertCode(
                    SlashErrorCode.SLASH_LOG_UNWRITABLE,
                    () -> guard.permit(own(1, 1, GENESIS).intent()));
        }
    }

    @Test
    void logOfAnotherNetworkIsNotUsed() {
        fixture.begun().close();
        var settings = fixture.settings();
        var elsewhere = new GuardSettings(
                settings.miner(),
                GENESIS.signed(),
                settings.directory(),
                settings.anchor(),
                settings.mark(),
                settings.lease(),
                true);
        try (var guard =
                SlashGuard.open(elsewhere, GuardFixture.CLOCK, new java.security.SecureRandom(), fixture.meters)) {
            assertThat(guard.status().doubt()).contains(Doubt.LOG_DAMAGED);
        }
    }

    @Test
    void oldBlocksAreDropped_underTheFloor() {
        var history = new SigningHistory();
        var blocks = new ArrayList<TestBlock>();
        TestBlock head = GENESIS;
        for (int epoch = 1; epoch <= 20; epoch++) {
            head = own(epoch, 1, head);
            blocks.add(head);
            history.add(head.protection());
        }
        assertThat(history.dropUntil(10)).hasSize(10);

        assertThat(history.floor()).isEqualTo(10);
        assertThat(history.size()).isEqualTo(10);
        assertThat(history.check(own(21, 1, blocks.get(4)).intent()))
                .hasValueSatisfying(refusal -> assertThat(refusal.rule()).isEqualTo(SlashRule.UNKNOWN_HISTORY));
        assertThat(history.check(own(21, 1, head).intent())).isEmpty();
    }
}
