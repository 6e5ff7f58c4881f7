/**
 * The way of a message to the chain, proof against crashes and reorganisations.
 *
 * <p>A provider that sends a message twice pays twice, and one that forgets a message loses a deposit or a proof, so each wish
 * is a row in the state store under a key that its maker chooses, and goes through these states: INTENT (wanted), SIGNED (nonce
 * and signed bytes stored and on disk), PUSHED (a node's pool has it), DONE or FAILED (executed, deep enough in the chain).
 * Bytes are stored before they are pushed for the first time, and from then on only those bytes are ever pushed: whatever
 * happens in between, at most one message with that nonce can be executed. A message that a node refuses, and that is neither
 * in its pool nor on the chain, gives its nonce back.
 *
 * <p>For each sender there is one lane, entered by one message at a time, the most urgent first: nonces are given without gaps,
 * because a message is pushed before the next one is signed, and everything that the node has forgotten is pushed again first.
 * What became of a message is never taken from memory but asked of the node, whose answer follows reorganisations. Nothing here
 * knows what messages are for, and nothing replaces a message by a dearer one.
 */
@NullMarked
package io.adit.chain.message;

import org.jspecify.annotations.NullMarked;
