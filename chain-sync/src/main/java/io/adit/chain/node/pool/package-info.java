/**
 * Several full nodes behind one: which of them is believed, which is asked first, and who is asked when it does not
 * answer. Enters here: probing, verdicts, fail-over of calls and of the head's channel. What a single node's connection
 * does stays in {@code io.adit.chain.node.rpc}. Everything waits on an {@link io.adit.core.time.Timeline}, so that it
 * runs in simulated time too.
 */
@NullMarked
package io.adit.chain.node.pool;

import org.jspecify.annotations.NullMarked;
