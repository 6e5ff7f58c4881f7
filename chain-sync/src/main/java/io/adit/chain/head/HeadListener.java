package io.adit.chain.head;

/** Is told how the chain's head moves. Called on a virtual thread of its own, one update at a time, in order. */
@FunctionalInterface
public interface HeadListener {

    /** The head moved, or (first call) is known. What it throws is logged, and the next update comes all the same. */
    void onHead(HeadUpdate update);
}
