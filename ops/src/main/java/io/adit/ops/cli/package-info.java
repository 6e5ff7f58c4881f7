/**
 * The {@code adit} command line: one class per command, each thin. Commands that look at a running node ask its operator
 * API and print the answer, as a table for people or as it came with {@code --json}; nothing here opens the node's
 * database.
 */
@NullMarked
package io.adit.ops.cli;

import org.jspecify.annotations.NullMarked;
