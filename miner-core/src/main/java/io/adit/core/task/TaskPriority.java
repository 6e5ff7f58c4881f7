package io.adit.core.task;

/** Which of several runnable tasks goes first; the smaller rank does. Ranks are stored and must not change. */
public enum TaskPriority {
    /** Finishing sectors whose pre-commit deposit is at stake. */
    COMMIT(30),
    /** Sealing. */
    PRECOMMIT(40),
    /** Deals: fetching, publishing. */
    DEAL(50),
    /** Everything that can wait. */
    BACKGROUND(60);

    private final int rank;

    TaskPriority(int rank) {
        this.rank = rank;
    }

    /** The place in the order. */
    public int rank() {
        return rank;
    }

    /** The priority with this rank, or the nearest less urgent one that this release knows. */
    public static TaskPriority ofRank(long rank) {
        for (TaskPriority priority : values()) {
            if (rank <= priority.rank) {
                return priority;
            }
        }
        return BACKGROUND;
    }
}
