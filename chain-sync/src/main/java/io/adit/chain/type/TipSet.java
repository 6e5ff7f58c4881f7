package io.adit.chain.type;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Blocks of one epoch that share their parents (Filecoin spec, "Tipset").
 *
 * @param key the blocks' CIDs
 * @param blocks headers in ticket order; at least one
 * @param height the epoch of all of them
 */
public record TipSet(TipSetKey key, List<BlockHeader> blocks, Epoch height) {

    public TipSet {
        blocks = List.copyOf(blocks);
        if (blocks.isEmpty() || blocks.size() != key.cids().size()) {
            throw new InvalidValueException("tipset", blocks.size(), "as many blocks as CIDs, at least one");
        }
        for (var block : blocks) {
            if (!block.height().equals(height)
                    || !block.parents().equals(blocks.getFirst().parents())) {
                throw new InvalidValueException(
                        "tipset block", block.cid(), "the same height and parents as the others");
            }
        }
    }

    /** The tipset of these blocks, put into ticket order. */
    public static TipSet of(List<BlockHeader> blocks) {
        if (blocks.isEmpty()) {
            throw new InvalidValueException("tipset", 0, "at least one block");
        }
        var ordered = blocks.stream()
                .sorted(Comparator.comparing(
                                (BlockHeader block) -> block.ticket().orElse(new Ticket(new byte[0])))
                        .thenComparing(block -> block.cid().bytes(), Arrays::compareUnsigned))
                .toList();
        var key = new TipSetKey(ordered.stream().map(BlockHeader::cid).toList());
        return new TipSet(key, ordered, ordered.getFirst().height());
    }

    /** The parents' key; empty for genesis only where a chain is made so. */
    public TipSetKey parents() {
        return new TipSetKey(blocks.getFirst().parents());
    }

    /** The block with the smallest ticket: its randomness counts. */
    public BlockHeader minTicketBlock() {
        return blocks.getFirst();
    }

    /** State after the parents' messages. */
    public Cid parentStateRoot() {
        return blocks.getFirst().parentStateRoot();
    }

    /** AttoFIL per gas unit that this tipset's messages burn. */
    public TokenAmount parentBaseFee() {
        return blocks.getFirst().parentBaseFee();
    }
}
