/**
 * The slash guard: nothing signs a block of a miner before its log says, on disk, that it will.
 *
 * <p>The miner actor fines a miner for any two signed blocks that fall under one of three rules (builtin-actors {@code
 * ReportConsensusFault}, over the node's {@code VerifyConsensusFault}): two blocks at one epoch (double fork), two blocks on
 * the same parents (time offset), and a block that leaves the miner's own block out of its parents although a sibling of it
 * is in (parent grinding). Whether the blocks could ever stand in a chain does not matter: the signature is the fault. So
 * the guard stands before the signature. It appends what is going to be signed to one checksummed log, forces it to disk,
 * raises the mark of an anchor that lives elsewhere, and only then gives the permit. Signing the same bytes again is
 * permitted, since it proves nothing new.
 *
 * <p>A log can be old: a restored backup, a cloned machine, a copied folder. What the guard does not know it treats as
 * signed: it keeps a <em>floor</em>, the last epoch at which blocks may exist that are not in the log, and permits only
 * blocks whose parents are above it (an unknown block at or below the floor can then share neither epoch nor parents with
 * the new one, nor be among its parents' siblings). Where it cannot know how much is missing it is in {@linkplain
 * io.adit.core.slash.Doubt doubt} and permits nothing until the operator states the epoch or imports a protection file.
 * {@code docs/slash-guard.md} says what is detected and what is not.
 *
 * <p>No keys, no chain and no block format enter here: an intent is epochs and CIDs. Whoever makes intents from headers
 * answers for their truth.
 */
@NullMarked
package io.adit.core.slash;

import org.jspecify.annotations.NullMarked;
