package io.adit.chain.message;

import java.util.Arrays;
import java.util.Optional;

/** Which message goes first when several wait for the same sender's lane. */
public enum MessagePriority {
    /** Window proofs: missing the deadline costs power. Their fee cap is raised as far as the limit and the funds allow. */
    WINDOW_POST(50, "window-post"),
    /** Declarations of recoveries, bound to the fault cutoff: without them a sector stays without power for a day. */
    RECOVERY(40, "recoveries"),
    /** Declarations of faults, bound to the fault cutoff. */
    FAULT(35, "faults"),
    COMMIT(30, "prove"),
    PRECOMMIT(20, "precommit"),
    DEAL(10, "deals"),
    /** Withdrawals, settlements, settings. */
    BACKGROUND(0, "other");

    private final int weight;
    private final String laneName;

    MessagePriority(int weight, String laneName) {
        this.weight = weight;
        this.laneName = laneName;
    }

    /**
     * Whether sectors lose power without it: such a message goes out also when its lane's day is spent, and does nothing once
     * its end has passed.
     */
    boolean keepsPower() {
        return this == WINDOW_POST || this == RECOVERY || this == FAULT;
    }

    /** How the configuration and the commands name the messages of this priority. */
    public String laneName() {
        return laneName;
    }

    /** The priority with that lane name. */
    public static Optional<MessagePriority> ofLane(String name) {
        return Arrays.stream(values())
                .filter(priority -> priority.laneName.equals(name))
                .findFirst();
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
