package io.adit.simulation;

import io.adit.chain.type.BlockHeader;
import io.adit.core.ipld.Cid;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * No two blocks that were signed, published or not, by whatever copy of the miner, are what the chain fines a miner for
 * (builtin-actors {@code ReportConsensusFault} over the node's {@code VerifyConsensusFault}): of one epoch, of the same
 * parents, or one that leaves the other out beside a sibling of it. Written from the rules, not from the slash guard.
 */
final class NoConsensusFault implements Invariant {
    private final Breaches breaches;
    private final Function<Cid, BlockHeader> chain;
    private final List<BlockHeader> signed = new ArrayList<>();
    private final Set<Cid> known = new HashSet<>();

    /**
     * Before the first signature.
     *
     * @param chain finds a block that somebody made
     */
    NoConsensusFault(Breaches breaches, Function<Cid, BlockHeader> chain) {
        this.breaches = breaches;
        this.chain = chain;
    }

    /** A header got the worker's signature. The same one again proves nothing new. */
    void signed(BlockHeader header) {
        if (known.add(header.cid())) {
            for (var before : signed) {
                judge(before, header);
            }
            signed.add(header);
        }
    }

    /** All that were signed, in their order. */
    List<BlockHeader> all() {
        return List.copyOf(signed);
    }

    private void judge(BlockHeader one, BlockHeader other) {
        if (one.height().equals(other.height())) {
            breaches.report(getClass(), "two blocks are signed for epoch " + one.height() + " (double fork)");
        } else if (Set.copyOf(one.parents()).equals(Set.copyOf(other.parents()))) {
            breaches.report(
                    getClass(),
                    "the blocks of epochs " + one.height() + " and " + other.height()
                            + " have the same parents (time offset)");
        } else if (one.height().isBefore(other.height()) ? leavesOut(one, other) : leavesOut(other, one)) {
            breaches.report(
                    getClass(),
                    "of the blocks of epochs " + one.height() + " and " + other.height()
                            + " the later leaves the earlier out beside its sibling (parent grinding)");
        }
    }

    private boolean leavesOut(BlockHeader earlier, BlockHeader later) {
        return !later.parents().contains(earlier.cid())
                && later.parents().stream()
                        .map(chain)
                        .anyMatch(parent -> parent.height().equals(earlier.height())
                                && parent.parents().equals(earlier.parents()));
    }
}
