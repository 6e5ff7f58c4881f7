/**
 * Plays days of chain history against the node's own proving code in seconds. Every message is checked as it leaves the
 * node, and in the end the chain is read back: was every window proof made that could be?
 *
 * <p>What runs is real: following the head, scheduling window proofs, declaring faults and recoveries, the message outbox,
 * the SQL state, all on {@link io.adit.core.time.SimulatedTimeline}; against the embedded devnet's real actors, message
 * pool and deadlines. What is simulated: time, the wire to the full nodes, the disks, the proof worker, and the proofs
 * themselves, which are hashes here. Sealing, deals and block production are not played. The story of
 * a run (null rounds, reorgs, fee storms, lost messages, dead and lying nodes, failing disks, crashes) follows from one
 * seed, so a failure is played again with its seed.
 *
 * <p>Nothing here is part of a running node, and nothing of a running node may depend on it.
 */
@NullMarked
package io.adit.simulation;

import org.jspecify.annotations.NullMarked;
