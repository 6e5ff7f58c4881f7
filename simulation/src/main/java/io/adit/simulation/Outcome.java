package io.adit.simulation;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

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
 * @param deals what became of the deals
 * @param violations what must never happen and did, in words
 * @param coverage what was played and seen, counted
 * @param digest follows from every turn, message and block of the run: the same for the same seed, whatever runs beside it
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
        DealCounts deals,
        List<String> violations,
        Map<String, Integer> coverage,
        String digest) {
    Outcome {
        violations = List.copyOf(violations);
        coverage = Map.copyOf(coverage);
    }

    /** A run that did not come to its end. */
    static Outcome broken(long seed, int epochs, RuntimeException why) {
        var words = new StringBuilder("the run broke off: " + why);
        for (var cause = why.getCause(); cause != null; cause = cause.getCause()) {
            words.append("; ").append(cause);
            for (var frame : cause.getStackTrace()) {
                if (frame.getClassName().startsWith("io.adit")) {
                    words.append(" at ").append(frame);
                    break;
                }
            }
        }
        return new Outcome(seed, epochs, 0, 0, 0, 0, 0, 0, DealCounts.NONE, List.of(words.toString()), Map.of(), "");
    }

    /** Both histories of one seed. */
    Outcome and(Outcome other) {
        var both = new Coverage();
        both.add(coverage);
        both.add(other.coverage);
        return new Outcome(
                seed,
                epochs + other.epochs,
                partitionsDue + other.partitionsDue,
                partitionsMet + other.partitionsMet,
                excused + other.excused,
                excusedMet + other.excusedMet,
                messagesSent + other.messagesSent,
                replaced + other.replaced,
                deals.plus(other.deals),
                Stream.concat(violations.stream(), other.violations.stream()).toList(),
                both.counts(),
                digest + other.digest);
    }

    boolean holds() {
        return violations.isEmpty() && partitionsMet == partitionsDue;
    }
}
