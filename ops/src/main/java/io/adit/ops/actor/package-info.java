/**
 * Housekeeping of a miner actor: who owns it, who works for it, who is paid, where it is reached. Each thing that an operator may
 * do is an {@link io.adit.ops.actor.ActorChange}; before it is sent it is rehearsed on the real chain's state, which says the exit
 * code, the cost and what will be different afterwards ({@link io.adit.ops.actor.Rehearsal}). Keys that are elsewhere sign a
 * {@link io.adit.ops.actor.MessageFile}; keys of the node's own send through its outbox.
 */
@NullMarked
package io.adit.ops.actor;

import org.jspecify.annotations.NullMarked;
