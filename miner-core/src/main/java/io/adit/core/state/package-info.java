/**
 * The memory of a miner: sectors, deals, pieces, messages, storage paths and tasks in one SQL schema.
 *
 * <p>One machine uses SQLite (write-ahead log, {@code synchronous=FULL}); who has a server uses PostgreSQL. Statements
 * keep to what both have, so every store test runs on both. A transaction that returned is on disk. Records are
 * immutable values with a version; an update of a record that somebody else changed meanwhile is refused. Only plain
 * facts enter here: no chain types, no proof calls, no network.
 */
@NullMarked
package io.adit.core.state;

import org.jspecify.annotations.NullMarked;
