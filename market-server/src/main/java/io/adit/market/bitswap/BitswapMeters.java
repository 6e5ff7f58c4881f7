package io.adit.market.bitswap;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntSupplier;

/** {@code adit_bitswap_*}: what was asked and answered, peers, and what was not answered and why. */
final class BitswapMeters {
    private final Map<WantEntry.Kind, Counter> wants = new EnumMap<>(WantEntry.Kind.class);
    private final Counter blocks;
    private final Counter haves;
    private final Counter dontHaves;
    private final Counter bytes;
    private final MeterRegistry registry;

    /** Why the wants of a peer were dropped. */
    enum Dropped {
        /** It did not read. */
        STALLED,
        /** It went, or takes no stream. */
        GONE,
        /** The index or a disk failed. */
        FAILED
    }

    BitswapMeters(MeterRegistry registry) {
        this.registry = registry;
        for (var kind : WantEntry.Kind.values()) {
            wants.put(
                    kind,
                    Counter.builder("adit.bitswap.wants")
                            .description("entries of wantlists that were read")
                            .tag("kind", label(kind))
                            .register(registry));
        }
        blocks = answers("block");
        haves = answers("have");
        dontHaves = answers("dont_have");
        bytes = Counter.builder("adit.bitswap.sent")
                .description("bytes of blocks that were sent")
                .baseUnit("bytes")
                .register(registry);
        for (var reason : Dropped.values()) {
            drops(reason);
        }
    }

    private Counter answers(String kind) {
        return Counter.builder("adit.bitswap.answers")
                .description("wants that were answered")
                .tag("kind", kind)
                .register(registry);
    }

    private Counter drops(Dropped reason) {
        return Counter.builder("adit.bitswap.dropped")
                .description("wants that were not answered")
                .tag("reason", label(reason))
                .register(registry);
    }

    void watchPeers(IntSupplier peers) {
        Gauge.builder("adit.bitswap.peers", peers::getAsInt)
                .description("peers that ask or are being answered")
                .register(registry);
    }

    void asked(WantEntry.Kind kind) {
        var counter = wants.get(kind);
        if (counter != null) {
            counter.increment();
        }
    }

    void sent(Answer answer) {
        blocks.increment(answer.blocks().size());
        long sent = answer.blocks().stream()
                .mapToLong(found -> found.block().length())
                .sum();
        bytes.increment((double) sent);
        var here = (double) answer.presences().stream().filter(Presence::isHere).count();
        haves.increment(here);
        dontHaves.increment(answer.presences().size() - here);
    }

    void dropped(Dropped reason, int count) {
        drops(reason).increment(count);
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
