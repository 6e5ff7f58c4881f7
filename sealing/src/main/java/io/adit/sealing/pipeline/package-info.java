/**
 * How a sector is sealed: the steps from deal pieces (or nothing, for committed capacity) to a sector that the chain
 * knows and expects to be proven, each step a durable task.
 *
 * <p>A step may be killed at any instruction and run again. Files get their final names only when complete and synced,
 * rows change in the transaction that ends the task, and messages are sent through the outbox under a key made of the
 * sector, the step and the attempt, so a step that is run twice sends one message. The ticket is stored before the first
 * byte is labelled, therefore a sector that starts again seals to the same CID. A proof that does not verify here is
 * never sent.
 *
 * <p>Pre-commits and proofs of sectors that are ready together share a message ({@link io.adit.sealing.pipeline.BatchSettings}):
 * each sector's own task finds the message under the key that it shares, so no task waits for another's end.
 */
@NullMarked
package io.adit.sealing.pipeline;

import org.jspecify.annotations.NullMarked;
