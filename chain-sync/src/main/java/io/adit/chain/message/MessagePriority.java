package io.adit.chain.message;

/** Which message goes first when several wait for the same sender's lane. */
public enum MessagePriority {
    /** Window proofs: missing the deadline costs power. Their fee cap is raised as far as the limit and the funds allow. */
    WINDOW_POST(50),
    /** Declarations of recoveries, bound to the fault cutoff: without them a sector stays without power for a day. */
    RECOVERY(40),
    /** Declarations of faults, bound to the fault cutoff. */
    FAULT(35),
    COMMIT(30),
    PRECOMMIT(20),
    DEAL(10),
    /** Withdrawals, settlements, settings. */
    BACKGROUND(0);

    private final int weight;

    MessagePriority(int weight) {
        this.weight = weight;
    }

    /** As stored; larger goes first. */
    public int weight() {
        return weight;
    }

    /** The priority stored as this weight; {@link #BACKGROUND} for a weight that none has. */
    public static MessagePriority ofWeight(int weight) {
        for (var priority : values()) {
            if (priority.weight == weight) {
                return priority;
            }
        }
        return BACKGROUND;
    }
}
