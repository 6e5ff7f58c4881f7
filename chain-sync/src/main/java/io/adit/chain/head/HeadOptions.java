package io.adit.chain.head;

import java.time.Duration;

/**
 * How the head is followed.
 *
 * @param finality epochs below the head that are kept, and the deepest reorg that is followed step by step
 * @param retryPause before asking the node again for tipsets it could not give
 * @param pollAfter the node is asked for its head when no change was heard of for so long
 * @param maxWaiting updates that may wait for a listener before they are merged
 */
public record HeadOptions(long finality, Duration retryPause, Duration pollAfter, int maxWaiting) {

    /** Mainnet's finality of 900 epochs; half a second; a minute; 1,000 updates. */
    public static HeadOptions defaults() {
        return new HeadOptions(900, Duration.ofMillis(500), Duration.ofMinutes(1), 1000);
    }

    /** With another depth. */
    public HeadOptions withFinality(long epochs) {
        return new HeadOptions(epochs, retryPause, pollAfter, maxWaiting);
    }

    /** With other pauses. */
    public HeadOptions withPauses(Duration retry, Duration poll) {
        return new HeadOptions(finality, retry, poll, maxWaiting);
    }
}
