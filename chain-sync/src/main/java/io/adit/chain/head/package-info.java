/**
 * Following the head of the chain: which tipsets are on it, which left it, which joined it, in order. Enters here: the
 * follower and the view it keeps down to finality. Decisions that depend on the head belong to those who listen.
 */
@NullMarked
package io.adit.chain.head;

import org.jspecify.annotations.NullMarked;
