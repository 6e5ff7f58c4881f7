package io.adit.devnet.node;

import io.adit.chain.type.BlockHeader;
import io.adit.core.fil.Address;
import io.adit.core.ipld.Cid;
import io.adit.devnet.chain.Chain;
import io.adit.devnet.chain.FullBlock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Looks for pairs of valid blocks that would cost their miner its rewards on a real network (Filecoin spec, "Consensus Faults";
 * {@code verify_consensus_fault}): two for one epoch, two on the same parents, or one that leaves out an own block whose sibling it
 * builds on. The devnet only tells of them. Owned by the ledger, under its lock.
 */
final class ConsensusFaults {
    private final Chain chain;
    private final Map<Address, List<BlockHeader>> blocks = new HashMap<>();
    private final List<String> found = new ArrayList<>();

    ConsensusFaults(Chain chain) {
        this.chain = chain;
    }

    /** A provider has signed and sent a valid block. */
    void look(BlockHeader block) {
        var own = blocks.computeIfAbsent(block.miner(), miner -> new ArrayList<>());
        own.stream()
                .flatMap(other -> fault(block, other).stream())
                .map(fault -> fault + ": " + block.cid() + " of epoch " + block.height())
                .forEach(found::add);
        own.removeIf(old -> old.height().value() < block.height().value() - Chain.MAX_FORK);
        own.add(block);
    }

    /** What was found, in order. */
    List<String> found() {
        return List.copyOf(found);
    }

    private Optional<String> fault(BlockHeader one, BlockHeader other) {
        if (one.height().equals(other.height())) {
            return Optional.of("double fork");
        }
        if (Set.copyOf(one.parents()).equals(Set.copyOf(other.parents()))) {
            return Optional.of("time offset");
        }
        return leavesOut(one, other) || leavesOut(other, one) ? Optional.of("parent grinding") : Optional.empty();
    }

    /** Whether a block builds on a sibling of an earlier own block, and not on that block. */
    private boolean leavesOut(BlockHeader block, BlockHeader earlier) {
        return !block.parents().contains(earlier.cid())
                && block.parents().stream()
                        .flatMap(parent -> header(parent).stream())
                        .anyMatch(parent -> parent.height().equals(earlier.height())
                                && parent.parents().equals(earlier.parents()));
    }

    private Optional<BlockHeader> header(Cid block) {
        return chain.findFullBlock(block).map(FullBlock::header);
    }
}
