package io.adit.chain.f3;

import io.adit.core.fil.Address;
import io.adit.core.state.StateStore;
import java.util.Base64;
import java.util.Optional;

/**
 * The last ticket with which a node gave a lease, kept through restarts: shown to a node that did not issue it, it keeps that node
 * from voting for the miner beside the first one until the lease is over.
 */
public interface F3Tickets {
    /** The ticket, if there is one. */
    Optional<byte[]> last();

    /** Keeps a ticket; it is on disk afterwards. */
    void keep(byte[] ticket);

    /** Forgets the ticket. */
    void drop();

    /** Kept in the node's store, by miner. */
    static F3Tickets in(StateStore store, Address miner) {
        var name = "f3/ticket/" + miner;
        return new F3Tickets() {
            @Override
            public Optional<byte[]> last() {
                return store.read(tx -> tx.meta().get(name)).map(Base64.getDecoder()::decode);
            }

            @Override
            public void keep(byte[] ticket) {
                store.transactVoid(tx -> tx.meta().put(name, Base64.getEncoder().encodeToString(ticket)));
            }

            @Override
            public void drop() {
                store.transactVoid(tx -> tx.meta().remove(name));
            }
        };
    }
}
