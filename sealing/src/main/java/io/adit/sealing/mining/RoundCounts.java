package io.adit.sealing.mining;

/**
 * What came of the rounds since the journal was begun.
 *
 * @param won rounds that the election gave us
 * @param submitted blocks that the node took
 * @param included blocks that stand in the chain
 * @param orphaned blocks that the chain went on without
 * @param refused blocks that the slash guard did not let be signed
 * @param failed won rounds that gave no block for another reason
 */
public record RoundCounts(long won, long submitted, long included, long orphaned, long refused, long failed) {}
