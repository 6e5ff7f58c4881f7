/**
 * How Adit says that something went wrong.
 *
 * <p>Every failure that leaves a room carries a code and a kind, so that the caller can tell what to fix from what to
 * try again, and so that {@code adit explain CODE} prints the long form from the same place as the message. Each module
 * has one enum of codes; the codes of miner-core are here. Nothing else may enter: no logging, no retry policy.
 */
@NullMarked
package io.adit.core.error;

import org.jspecify.annotations.NullMarked;
