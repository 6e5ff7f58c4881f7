/**
 * Proving sealed sectors, deadline by deadline, for years (WindowPoSt).
 *
 * <p>Nothing may starve this room: it has its own threads, its own proof lane and its own messages, and asks the task
 * engine for nothing. What it decides comes from the chain alone (deadline, partitions, faults) and from the disks;
 * deadlines are compared by epoch, never counted, so null rounds and a chain that runs a hundred epochs a second change
 * nothing. A proof is stored before it is sent, and sent under a key made of the deadline's opening epoch and the
 * partition, so a restart inside a window goes on where it was and sends nothing twice. A proof that does not verify
 * here is not sent. What a challenge opens is first read from all storage paths side by side, each read with a limit, and
 * the proof is made from what was read; sectors that cannot be read are skipped by name, declared faulty when there is time, and declared
 * recovered when they can be read again.
 */
@NullMarked
package io.adit.sealing.proving;

import org.jspecify.annotations.NullMarked;
