package io.adit.market.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.time.SimulatedTimeline;
import io.adit.core.time.Strand;
import io.adit.market.fetch.TransferShares.Limits;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Places and bytes, in simulated time. */
class TransferSharesTest {
    private static final int KIB = 1 << 10;

    private final SimulatedTimeline timeline = new SimulatedTimeline(Instant.EPOCH, new Random(1));

    @Test
    void oneClientKeepsNoOtherWaiting() {
        var shares = new TransferShares(timeline, new Limits(3, 2, 0, 0));
        var first = shares.tryOpen("a").orElseThrow();
        assertThat(shares.tryOpen("a")).isPresent();

        assertThat(shares.tryOpen("a")).isEmpty();
        assertThat(shares.tryOpen("b")).isPresent();
        assertThat(shares.tryOpen("c")).isEmpty();
        first.close();
        assertThat(shares.tryOpen("c")).isPresent();
        assertThat(shares.tryOpen("a")).isEmpty();
    }

    @Test
    void withoutARate_nobodyWaits() throws Exception {
        var shares = new TransferShares(timeline, new Limits(3, 2, 0, 0));
        shares.tryOpen("a").orElseThrow().after(Integer.MAX_VALUE);
        assertThat(timeline.instant()).isEqualTo(Instant.EPOCH);
    }

    /** A second's worth comes at once, the rest at the rate; both downloads of one client share its rate. */
    @Test
    void aClientsDownloadsKeepToItsRate() {
        var shares = new TransferShares(timeline, new Limits(3, 2, 0, 100 * KIB));
        assertThat(secondsToBring(shares, "a", "a")).isBetween(18.9, 19.1);
    }

    @Test
    void clientsHaveRatesOfTheirOwn_withinTheCommonOne() {
        assertThat(secondsToBring(new TransferShares(timeline, new Limits(3, 2, 0, 100 * KIB)), "a", "b"))
                .isBetween(8.9, 9.1);
        assertThat(secondsToBring(new TransferShares(timeline, new Limits(3, 2, 50 * KIB, 100 * KIB)), "a", "b"))
                .isBetween(38.9, 39.1);
    }

    /** 1000 KiB for each, in reads of 10 KiB. */
    private double secondsToBring(TransferShares shares, String one, String other) {
        var start = timeline.instant();
        var strands = Stream.of(one, other)
                .map(name -> {
                    var share = shares.tryOpen(name).orElseThrow();
                    return timeline.start(Strand.Kind.VIRTUAL, name, () -> {
                        for (int i = 0; i < 100; i++) {
                            bring(share);
                        }
                        share.close();
                    });
                })
                .toList();
        timeline.runUntil(() -> strands.stream().noneMatch(Strand::isAlive), Duration.ofMinutes(5));
        return Duration.between(start, timeline.instant()).toMillis() / 1000.0;
    }

    private static void bring(TransferShares.Share share) {
        try {
            share.after(10 * KIB);
        } catch (InterruptedIOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
