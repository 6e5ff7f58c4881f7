package io.adit.chain.node.rpc;

/** How long a method may take, and so which time-out it gets. */
public enum CallClass {
    /** Looks something up; a healthy node answers within a second. */
    QUERY,
    /** Runs messages or reads large parts of the state. */
    COMPUTE,
    /** Waits for the chain by its meaning. */
    WAIT
}
