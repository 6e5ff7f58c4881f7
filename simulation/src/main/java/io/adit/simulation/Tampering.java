package io.adit.simulation;

import io.adit.chain.node.FullNode;
import io.adit.core.state.StateStore;
import io.adit.proofs.Proofs;
import io.adit.sealing.proving.ProvableSectors;
import java.sql.Connection;
import java.sql.SQLException;

/** Where a run may be spoiled on purpose, to see that its invariants notice. A run that is meant has {@link #NONE}. */
interface Tampering {
    Tampering NONE = new Tampering() {};

    /** What the rooms of a process get in the place of their full node. */
    default FullNode node(FullNode node) {
        return node;
    }

    /** What the rooms of a process get in the place of their proofs. */
    default Proofs proofs(Proofs proofs) {
        return proofs;
    }

    /** What the rooms of a process get in the place of their sectors' disks. */
    default ProvableSectors disks(ProvableSectors disks) {
        return disks;
    }

    /** What the rooms of a process get in the place of their store. */
    default StateStore store(StateStore store) {
        return store;
    }

    /** What happens to the database while no process runs. */
    default void database(Connection connection) throws SQLException {
        // Nothing.
    }

    /** Whether window proofs hear of new heads. */
    default boolean scheduling() {
        return true;
    }
}
