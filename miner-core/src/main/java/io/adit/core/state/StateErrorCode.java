package io.adit.core.state;

import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;

/** What can go wrong with the state store. */
public enum StateErrorCode implements ErrorCode {
    /** Another process has the SQLite database open. */
    STATE_IN_USE(
            ErrorKind.OPERATOR,
            "The state database is open in another process. Two nodes on one database would do everything twice. Stop the"
                    + " other process, or give this one its own directory."),
    /** The database cannot be opened, read or written. */
    STATE_UNAVAILABLE(
            ErrorKind.HARDWARE,
            "The state database did not answer or could not be written: a full or failing disk, or a database server"
                    + " that is down. Nothing that was acknowledged is lost; free space or bring the server back."),
    /** The database server cannot be reached, or does not take connections yet. */
    STATE_SERVER_AWAY(
            ErrorKind.NETWORK,
            "The database server did not answer or is starting up or shutting down. A node that starts waits for it; one that"
                    + " runs stops when it is away for longer than the node's lease lasts. Nothing that was acknowledged is"
                    + " lost; bring the server back."),
    /** The database was written by a newer release, or its migrations were changed by hand. */
    STATE_SCHEMA_MISMATCH(
            ErrorKind.OPERATOR,
            "The database schema is not the one this release knows. Run the release that wrote it, or restore a backup"
                    + " taken before the upgrade."),
    /** A record was changed by somebody else between being read and being written. */
    STATE_STALE_RECORD(
            ErrorKind.BUG,
            "A record changed between reading and writing it, and the write was refused so that nothing is overwritten."
                    + " The task that wrote it is run again on the new value."),
    /** A record with the same key exists. */
    STATE_DUPLICATE(ErrorKind.BUG, "A record with the same unique key exists already."),
    /** A record that must exist does not. */
    STATE_NOT_FOUND(ErrorKind.BUG, "A record that other records refer to does not exist."),
    /** Another node runs for the miner. */
    STATE_MINER_TAKEN(
            ErrorKind.OPERATOR,
            "Another node holds the lease on this miner in the shared database. Two nodes of one miner would declare each"
                    + " other's sectors faulty, since neither sees the other's disks. Stop the other node; if it died,"
                    + " its lease ends at the time that the message names and this one can be started then."),
    /** A transaction was opened inside another one. */
    STATE_NESTED_TRANSACTION(
            ErrorKind.BUG,
            "Code inside a transaction opened a second one. With a single writer this would wait for itself for ever."),
    /** A stored value cannot be read back. */
    STATE_CORRUPT(
            ErrorKind.HARDWARE,
            "A stored value does not decode. The database was edited by hand or the disk returned wrong bytes: restore a"
                    + " backup or rebuild the state from the chain."),
    /** The chain has allocated every sector number up to the limit. */
    STATE_NO_SECTOR_NUMBER(
            ErrorKind.CHAIN, "No sector number is free above the highest one that was ever used for this miner.");

    private final ErrorKind kind;
    private final String explanation;

    StateErrorCode(ErrorKind kind, String explanation) {
        this.kind = kind;
        this.explanation = explanation;
    }

    @Override
    public ErrorKind kind() {
        return kind;
    }

    @Override
    public String explanation() {
        return explanation;
    }
}
