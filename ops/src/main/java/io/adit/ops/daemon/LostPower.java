package io.adit.ops.daemon;

import io.adit.chain.node.MinerSectorCount;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.state.StateStore;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says that sectors are faulty on the chain, whatever made them so: skipped in a proof, declared, found by the chain after a missed
 * window, or disputed. Where all sectors of a partition are faulty nothing is due any more, so no other alarm would tell. It goes on
 * until they are proven again or gone, or the operator has said that he knows of so many; of fewer, when they become fewer.
 */
final class LostPower {
    private static final Logger LOG = LoggerFactory.getLogger(LostPower.class);

    /** Epochs between two questions. */
    private static final long EVERY = 10;

    private final String name;
    private final Supplier<MinerSectorCount> count;
    private final StateStore store;
    private volatile Optional<String> problem = Optional.empty();
    private long next;

    /** @param count of the miner's sectors at the head; asked every few epochs */
    LostPower(Address miner, Supplier<MinerSectorCount> count, StateStore store) {
        this.name = "faults accepted of " + miner;
        this.count = count;
        this.store = store;
    }

    /** To be called for each new head, by one thread at a time; looks at some of them. */
    void onHead(Epoch head) {
        long now = head.value();
        // A head that was of the future does not put the next look off.
        if (now < next && now >= next - EVERY) {
            return;
        }
        next = now + EVERY;
        try {
            look(count.get());
        } catch (AditException e) {
            LOG.debug("asking for the miner's faulty sectors", e);
        }
    }

    private synchronized void look(MinerSectorCount counted) {
        long accepted = accepted();
        if (counted.faulty() < accepted) {
            accept(counted.faulty());
        }
        problem = counted.faulty() > accepted
                ? Optional.of(
                        ("%d of %d sectors are faulty on the chain%s: they earn nothing and pay for it; see 'adit proving"
                                        + " faults'. If they are to stay so, 'adit proving faults --accept' ends this alarm")
                                .formatted(
                                        counted.faulty(),
                                        counted.live(),
                                        accepted > 0
                                                ? ", %d more than were accepted".formatted(counted.faulty() - accepted)
                                                : ""))
                : Optional.empty();
    }

    /**
     * The operator knows of those that are faulty now.
     *
     * @return how many these are
     */
    synchronized long accept() {
        var counted = count.get();
        accept(counted.faulty());
        look(counted);
        return counted.faulty();
    }

    private long accepted() {
        return store.read(tx -> tx.meta().get(name)).map(Long::parseLong).orElse(0L);
    }

    private void accept(long faulty) {
        store.transactVoid(tx -> tx.meta().put(name, Long.toString(faulty)));
    }

    /** What is lost, for {@code /health}. */
    Optional<String> problem() {
        return problem;
    }
}
