package io.adit.ops.daemon;

import io.adit.chain.node.MinerSectorCount;
import io.adit.core.error.AditException;
import io.adit.core.fil.Epoch;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says when sectors became faulty on the chain within a day, whatever made them so: skipped in a proof, declared, found by the
 * chain after a missed window, or disputed. Where all sectors of a partition are faulty nothing is due any more, so no other
 * alarm would tell. What was faulty for longer is the operator's decision and does not sound for ever.
 */
final class LostPower {
    private static final Logger LOG = LoggerFactory.getLogger(LostPower.class);

    /** Epochs between two questions. */
    private static final long EVERY = 10;

    /** Epochs of a day of mainnet. */
    private static final long DAY = 2880;

    private final Supplier<MinerSectorCount> count;
    private final TreeMap<Long, Long> faulty = new TreeMap<>();
    private volatile Optional<String> problem = Optional.empty();
    private long next;

    /** @param count of the miner's sectors at the head; asked every few epochs */
    LostPower(Supplier<MinerSectorCount> count) {
        this.count = count;
    }

    /** To be called for each new head, by one thread at a time; looks at some of them. */
    void onHead(Epoch head) {
        long now = head.value();
        if (now < next) {
            return;
        }
        next = now + EVERY;
        try {
            look(now, count.get());
        } catch (AditException e) {
            LOG.debug("asking for the miner's faulty sectors", e);
        }
    }

    private void look(long now, MinerSectorCount counted) {
        if (faulty.isEmpty()) {
            // What became faulty while the node did not run is news.
            faulty.put(now, 0L);
        } else {
            faulty.put(now, counted.faulty());
        }
        // The last one of before stays: it is what was known a day ago.
        var before = faulty.floorKey(now - DAY);
        if (before != null) {
            faulty.headMap(before).clear();
        }
        long fewest = faulty.values().stream().mapToLong(Long::longValue).min().orElse(0);
        problem = counted.faulty() > fewest
                ? Optional.of(("%d of %d sectors are faulty on the chain, %d more than at a time of the last day: they"
                                + " earn nothing and pay for it; see 'adit proving faults'")
                        .formatted(counted.faulty(), counted.live(), counted.faulty() - fewest))
                : Optional.empty();
    }

    /** What is lost, for {@code /health}. */
    Optional<String> problem() {
        return problem;
    }
}
