package io.adit.chain.node;

/** A running {@code ChainNotify}. Closing it ends the deliveries; a batch being delivered is finished first. */
public interface HeadSubscription extends AutoCloseable {

    /** Whether the channel to the node is open at this moment; it reconnects by itself when it is not. */
    boolean connected();

    @Override
    void close();
}
