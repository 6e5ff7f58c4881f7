/**
 * The way of a message to the chain, proof against crashes and reorganisations.
 *
 * <p>A provider that sends a message twice pays twice, and one that forgets a message loses a deposit or a proof, so each wish
 * is a row in the state store under a key that its maker chooses, and goes through these states: INTENT (wanted), SIGNED (nonce
 * and signed bytes stored and on disk), PUSHED (a node's pool has it), DONE or FAILED (executed, deep enough in the chain).
 * Bytes are stored before they are pushed for the first time, and from then on only bytes with the same nonce are pushed for that
 * wish: whatever happens in between, at most one of them can be executed. A nonce is given back only when a node answers the
 * very first push of its bytes, in the turn that signed them, with a refusal; every later refusal leaves the bytes as they are.
 *
 * <p>A message that waits in the pool for longer than its kind has patience for, and pays less than the next blocks ask, is
 * replaced by a dearer one with the same nonce (Lotus's replace by fee). All candidates of a wish are kept and watched; the one
 * that is executed settles it, also when a reorganisation swaps one for another. A message that blocks others is as urgent as
 * the most urgent of them and may cost as much; what cannot be paid for even so makes way for a proof: its nonce is used for nothing.
 *
 * <p>For each sender there is one lane, entered by one message at a time, the most urgent first: nonces are given without gaps,
 * because a message is pushed before the next one is signed, and everything that the node has forgotten is pushed again first.
 * A message that cannot be pushed again blocks those after it, by name. Gas is estimated before the lane is entered. What became
 * of a message is never taken from memory but asked of the node, whose answer follows reorganisations, and that another message
 * has the nonce is believed only of one that was seen on the chain, deep enough. A nonce before ours that nobody uses any more is
 * filled with an empty message. Nothing here knows what messages are for.
 */
@NullMarked
package io.adit.chain.message;

import org.jspecify.annotations.NullMarked;
