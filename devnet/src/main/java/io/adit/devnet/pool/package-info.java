/**
 * Messages that wait for a block: what is taken from clients, with Lotus's checks and words, and what goes into the next
 * block.
 */
@NullMarked
package io.adit.devnet.pool;

import org.jspecify.annotations.NullMarked;
