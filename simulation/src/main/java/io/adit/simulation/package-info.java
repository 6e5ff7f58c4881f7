/**
 * Plays days of chain history against the node's own proving and sealing code in seconds. Every message is checked as it
 * leaves the node, every execution as the chain makes it or takes it back ({@link io.adit.simulation.Invariant}), and in
 * the end the chain is read back: was every window proof made that could be, is every sector proven or given up with a
 * reason?
 *
 * <p>What runs is real: following the head, asking several full nodes as one, scheduling window proofs, declaring faults
 * and recoveries, the message outbox with its replacements, the task engine and the sealing pipeline with its files, the
 * SQL state, and in some seeds the market from a proposal to a proven deal, all on {@link
 * io.adit.core.time.SimulatedTimeline}; against the embedded devnet's real actors, message pool and deadlines. What is
 * simulated: time, the wire to the full nodes, the disks that window proofs read, the proof worker, and the proofs
 * themselves, which are hashes here; sockets of clients are left out. Several full nodes share one chain and one message
 * pool. Some seeds also play the making of blocks, with the real slash guard, on a chain of headers of its own. The story of
 * a run follows from one seed, so a failure is played again with its seed, and the same seed has the same digest whatever
 * runs beside it.
 *
 * <p>Nothing here is part of a running node, and nothing of a running node may depend on it.
 */
@NullMarked
package io.adit.simulation;

import org.jspecify.annotations.NullMarked;
