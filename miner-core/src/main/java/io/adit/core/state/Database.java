package io.adit.core.state;

import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/** The difference between the two engines: how connections are opened and who may write. */
interface Database extends AutoCloseable {
    /** Runs the work in a read-write transaction; what it throws passes through after the roll-back. */
    <T> T write(Function<Handle, T> work);

    /** Runs the work in a read-only transaction on one snapshot. */
    <T> T read(Function<Handle, T> work);

    /** Whether no other process can have it open. */
    boolean exclusive();

    /** What to call it in messages. */
    String name();

    @Override
    void close();
}
