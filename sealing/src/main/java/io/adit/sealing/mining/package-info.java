/**
 * Making blocks: one round for each epoch, from the choice of the parents to the block that is handed to the node.
 *
 * <p>{@link io.adit.sealing.mining.BlockProducer} waits for an epoch's round by the clock, and runs it: base info, ticket
 * and election by VRF, WinningPoSt, messages, block, signature, submission. A block is signed only by a {@link
 * io.adit.chain.signer.BlockSigner}, whose slash guard has it on disk before; and what is to be signed is in the {@link
 * io.adit.sealing.mining.BlockJournal} before that, so that a node that dies in between submits the same block again and
 * never another. Nothing here waits for sealing or window PoSt: winning PoSt has a worker of its own, a round that is not
 * done when its time is over is left, and its sector, disk or call is named.
 *
 * <p>What it does not do is to hurry after a chain that stood still (Lotus's rush mining): rounds that are over are over.
 */
@NullMarked
package io.adit.sealing.mining;

import org.jspecify.annotations.NullMarked;
