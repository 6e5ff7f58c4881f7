package io.adit.simulation;

import java.util.List;

/**
 * What one seed came to.
 *
 * @param seed plays it again
 * @param epochs length of the story
 * @param partitionsDue window proofs that a node without fault makes in this story
 * @param partitionsMet those of them that the chain accepted
 * @param excused further ones that no node could have been expected to make: it was dead, cut off or could not pay for
 *     most of the window
 * @param excusedMet those of the excused that were accepted all the same
 * @param messagesSent different messages that left the provider
 * @param replaced messages that took another's nonce
 * @param violations what must never happen and did, in words
 */
record Outcome(
        long seed,
        int epochs,
        int partitionsDue,
        int partitionsMet,
        int excused,
        int excusedMet,
        int messagesSent,
        int replaced,
        List<String> violations) {
    Outcome {
        violations = List.copyOf(violations);
    }

    boolean holds() {
        return violations.isEmpty() && partitionsMet == partitionsDue;
    }
}
