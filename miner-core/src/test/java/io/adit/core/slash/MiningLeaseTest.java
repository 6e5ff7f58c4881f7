package io.adit.core.slash;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.Address;
import io.adit.core.state.SqlStateStore;
import io.adit.core.task.SteppedClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MiningLeaseTest {
    private static final Address MINER = Address.ofId(1000);

    private final SteppedClock clock = new SteppedClock(Instant.parse("2026-11-23T18:00:00Z"));

    @Test
    void token_risesWhenAnotherGuardGetsTheLease_andIsNoneWhileItIsNotHeld(@TempDir Path directory) {
        try (var store = SqlStateStore.sqlite(directory.resolve("state.db"), clock)) {
            assertThat(take(store, "alpha")).hasValue(0);
            assertThat(take(store, "alpha")).hasValue(0);
            long beta = take(store, "beta").orElseThrow();
            assertThat(beta).isEqualTo(clock.instant().toEpochMilli());
            var held = new AtomicBoolean(true);
            var back = MiningLease.take(store, MINER, clock, "alpha", held::get);
            assertThat(back.token()).hasValue(beta + 1);

            held.set(false);

            assertThat(back.token()).isEqualTo(OptionalLong.empty());
        }
    }

    @Test
    void tokenDoesNotComeAgain_whenTheDatabaseIsRestoredFromABackup(@TempDir Path directory) throws IOException {
        var file = directory.resolve("state.db");
        var backup = directory.resolve("backup.db");
        try (var store = SqlStateStore.sqlite(file, clock)) {
            take(store, "alpha");
        }
        Files.copy(file, backup);
        clock.step(Duration.ofMinutes(5));
        OptionalLong first;
        try (var store = SqlStateStore.sqlite(file, clock)) {
            first = take(store, "beta");
        }
        Files.copy(backup, file, StandardCopyOption.REPLACE_EXISTING);

        clock.step(Duration.ofMinutes(5));
        try (var store = SqlStateStore.sqlite(file, clock)) {
            assertThat(take(store, "alpha")).hasValue(0);
            assertThat(take(store, "beta").orElseThrow()).isGreaterThan(first.orElseThrow());
        }
    }

    private OptionalLong take(SqlStateStore store, String guard) {
        return MiningLease.take(store, MINER, clock, guard, () -> true).token();
    }
}
