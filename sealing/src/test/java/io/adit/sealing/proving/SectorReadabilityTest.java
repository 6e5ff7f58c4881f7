package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SectorReadabilityTest {

    private static final int PARALLEL = 2;

    private static ProvingSettings settings() {
        return new ProvingSettings(
                new ActorId(1000),
                Address.ofId(100),
                SectorSize.KIB_2,
                0,
                0,
                0,
                1,
                PARALLEL,
                Duration.ofMillis(500),
                TokenAmount.ofFil(1),
                TokenAmount.ofFil(1),
                true,
                Duration.ofMillis(100));
    }

    @Test
    void onlyTheSectorsOfAHangingDiskAreUnreadable_whenTheyAreMoreThanAreCheckedAtOnce() throws Exception {
        var never = new CountDownLatch(1);
        var readability = new SectorReadability(
                sector -> {
                    if (sector.number().value() <= PARALLEL + 1) {
                        awaitAsADeadDiskDoes(never);
                    }
                    return Optional.empty();
                },
                settings());
        try {
            var problems = readability.unreadable(
                    LongStream.rangeClosed(1, 8).mapToObj(SectorNumber::new).toList());

            assertThat(problems.keySet().stream().map(SectorNumber::value)).containsExactly(1L, 2L, 3L);
            assertThat(problems.values()).allMatch(problem -> problem.contains("did not answer"));
        } finally {
            never.countDown();
        }
    }

    @Test
    void problemIsSaid_whenACheckFails() throws Exception {
        var readability = new SectorReadability(
                sector -> {
                    throw new IOException("disk gone");
                },
                settings());

        assertThat(readability.unreadable(List.of(new SectorNumber(1))).get(new SectorNumber(1)))
                .contains("disk gone");
    }

    /** An interrupt does not end it. */
    private static void awaitAsADeadDiskDoes(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // Goes on waiting.
            }
        }
    }
}
