package io.adit.chain.message;

import io.adit.core.fil.Epoch;
import java.util.Optional;

/**
 * When a message that waits in the pool is replaced by a dearer one, and by which.
 *
 * @param patience epochs in the pool after which a message that pays too little is replaced
 * @param headroom epochs of the steepest rise of the base fee that the new fee cap is to last
 * @param included epochs within which it is to be in a block: what the node is asked for a premium
 */
record ReplacementPolicy(long patience, long headroom, long included) {
    /** This many times the patience, even a message that seems to pay enough is replaced. */
    private static final long OVERDUE = 4;

    /** So much of the time that is left goes by before the next try. */
    private static final long SHARE_OF_TIME_LEFT = 8;

    static ReplacementPolicy of(MessagePriority priority) {
        return switch (priority) {
            case WINDOW_POST -> new ReplacementPolicy(3, 20, 1);
            case RECOVERY, FAULT -> new ReplacementPolicy(5, 20, 2);
            case COMMIT, PRECOMMIT, DEAL -> new ReplacementPolicy(20, 10, 10);
            case BACKGROUND -> new ReplacementPolicy(60, 10, 10);
        };
    }

    /** The same, for a message that is of no use after an epoch. */
    ReplacementPolicy dueBy(Optional<Epoch> due, Epoch head) {
        return due.map(end -> end.minus(head))
                .filter(left -> left > 0)
                .map(left -> new ReplacementPolicy(
                        Math.max(1, Math.min(patience, left / SHARE_OF_TIME_LEFT)), headroom, included))
                .orElse(this);
    }

    /** The more urgent of two: what blocks a message is as urgent as that one. */
    ReplacementPolicy orSooner(ReplacementPolicy other) {
        return other.patience < patience ? other : this;
    }

    boolean isOverdue(long age) {
        return age >= OVERDUE * patience;
    }
}
