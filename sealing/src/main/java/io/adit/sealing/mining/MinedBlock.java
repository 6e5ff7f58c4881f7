package io.adit.sealing.mining;

import io.adit.chain.node.Block;
import io.adit.core.fil.Epoch;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.Optional;

/**
 * What is remembered, durably, of a round that was won.
 *
 * @param epoch of the block; names the record
 * @param winCount how many times the round was won
 * @param parentEpoch of the parents, below the epoch by one and the null rounds
 * @param phase how far it is
 * @param block from {@link Phase#PREPARED} on: without a signature in that phase, with it later
 * @param at when the round began
 * @param steps the time that each step took
 * @param note in words: what went wrong
 */
@RecordBuilder
public record MinedBlock(
        Epoch epoch,
        long winCount,
        Epoch parentEpoch,
        Phase phase,
        Optional<Block> block,
        Instant at,
        RoundSteps steps,
        String note)
        implements MinedBlockBuilder.With {

    /** How far a won round is. */
    public enum Phase {
        /** The proof is made and the full node is asked for the block. It is asked once for an epoch, whatever happens. */
        CREATING,
        /** What will be signed is known. From here on, this block or none is made for the epoch. */
        PREPARED,
        /** Signed; may be submitted again and again. */
        SIGNED,
        /** The node has it. */
        SUBMITTED,
        /** It stands in the chain. */
        INCLUDED,
        /** The chain went on without it. */
        ORPHANED,
        /** The slash guard did not let it be signed. */
        REFUSED,
        /** Lost on the way, for the reason in the note. */
        FAILED
    }
}
