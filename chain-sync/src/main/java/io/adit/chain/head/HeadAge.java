package io.adit.chain.head;

import io.adit.chain.node.NetworkParams;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.Epoch;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Holds the head that this program acts on against the epoch that it is by the clock. Nothing else notices that the view of
 * the chain stands still: nodes that stall together agree with each other, and what runs at each new head is silent when
 * there is none. A chain whose clock runs freely has no such epoch, and then nothing is said.
 */
public final class HeadAge {
    /** Lotus calls a chain so far behind not synced ({@code lotus info}, {@code lotus-miner info}: "behind!"). */
    private static final long MOST_BEHIND = 5;

    /** Machines' clocks differ by less. */
    private static final long MOST_AHEAD = 2;

    private final Supplier<Optional<TipSet>> head;
    private final Optional<NetworkParams> chain;
    private final InstantSource clock;
    private final Instant since;

    /**
     * Begins to watch.
     *
     * @param head the newest that is acted on
     * @param chain genesis and block time; empty where epochs do not follow the clock
     */
    public HeadAge(
            Supplier<Optional<TipSet>> head,
            Optional<NetworkParams> chain,
            InstantSource clock,
            MeterRegistry registry) {
        this.head = head;
        this.chain = chain.filter(params -> params.blockDelaySeconds() > 0);
        this.clock = clock;
        this.since = clock.instant();
        Gauge.builder("adit_head_epochs_behind", this, HeadAge::measured)
                .description("Epochs from the head that the node acts on to the one that it is by the clock.")
                .register(registry);
    }

    /** The epoch that it is by the clock; empty where epochs do not follow it. */
    public Optional<Epoch> byClock() {
        return chain.map(params -> params.epochAt(clock.instant()));
    }

    /** Whether the head is so old that what happens on the chain is not seen. */
    public boolean isStale() {
        return behind().filter(epochs -> epochs > MOST_BEHIND).isPresent();
    }

    /** What is wrong, in words. */
    public Optional<String> problem() {
        var behind = behind();
        if (behind.filter(epochs -> epochs > MOST_BEHIND).isPresent()) {
            return Optional.of(
                    "THE VIEW OF THE CHAIN STANDS STILL: %s, by the clock it is epoch %s, %d epochs later; windows are missed unless"
                                    .formatted(
                                            head.get()
                                                    .map(known -> "the newest head is of epoch " + known.height())
                                                    .orElse("no head was heard of yet"),
                                            byClock().orElseThrow(),
                                            behind.get())
                            + " the full node syncs again, or this machine's clock is ahead");
        }
        return behind.filter(epochs -> epochs < -MOST_AHEAD)
                .map(epochs -> "the head is of an epoch that comes in %d epochs by this machine's clock: set it by NTP"
                        .formatted(-epochs));
    }

    /** From the head, or while there is none from the beginning, to now. */
    private Optional<Long> behind() {
        return chain.map(params -> head.get()
                .map(known -> params.epochAt(clock.instant()).minus(known.height()))
                .orElseGet(() -> Duration.between(since, clock.instant()).toSeconds() / params.blockDelaySeconds()));
    }

    private double measured() {
        return behind().map(Long::doubleValue).orElse(Double.NaN);
    }
}
