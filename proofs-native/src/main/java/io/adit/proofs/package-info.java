/**
 * Filecoin's proofs for the rest of the house: {@link io.adit.proofs.Proofs} is the only door to the Rust library.
 *
 * <p>{@link io.adit.proofs.NativeProofs} calls the library inside this process; {@link io.adit.proofs.WorkerProofs}
 * does the same calls in supervised child processes, so that a panic, an out-of-memory kill or a bug in native code
 * never takes the node down. Only types that the proofs need may enter: sector numbers, commitments, paths, bytes. No
 * chain, storage-path or scheduling knowledge lives here.
 */
@NullMarked
package io.adit.proofs;

import org.jspecify.annotations.NullMarked;
