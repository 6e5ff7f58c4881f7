/**
 * What an operator touches. {@code cli} is the {@code adit} command, {@code daemon} the one place where the whole node is
 * wired by hand, {@code api} the operator's HTTP interface, {@code demo} the picture's journey. Everything may be used
 * from here and nothing may depend on it; the devnet is only ever a separate process.
 */
@NullMarked
package io.adit.ops;

import org.jspecify.annotations.NullMarked;
