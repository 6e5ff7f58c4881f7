package io.adit.proofs;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import org.jspecify.annotations.Nullable;

/**
 * The C ABI of {@code adit-ffi}, entry by entry; see that crate for its rules.
 *
 * <p>JNA's direct mapping binds native methods of a class, so a process can host one library. Lengths and counts are
 * {@code size_t}, which is 64 bits wide on every platform this runs on.
 */
final class AditFfi {
    /** Number of the ABI this class was written for. */
    static final int ABI = 1;

    private AditFfi() {}

    /** Binds the methods below; must come before any of them. */
    static void bind(NativeLibrary library) {
        if (Native.SIZE_T_SIZE != Long.BYTES || NativeLong.SIZE != Long.BYTES) {
            throw new ProofsException(
                    ProofsError.LIBRARY_MISSING,
                    "Binding " + library.file() + ": only 64-bit platforms are supported.");
        }
        Native.register(AditFfi.class, library.file().toString());
    }

    static native int adit_abi();

    static native void adit_free(@Nullable Pointer buffer, long length);

    static native int adit_init(
            byte[] settings, long settingsLength, PointerByReference out, LongByReference outLength);

    static native int adit_version(PointerByReference out, LongByReference outLength);

    static native int adit_add_piece(
            long proof,
            byte[] source,
            long sourceLength,
            long size,
            byte[] staged,
            long stagedLength,
            byte[] existing,
            long existingCount,
            PointerByReference out,
            LongByReference outLength);

    static native int adit_comm_d(
            long proof, byte[] pieces, long pieceCount, PointerByReference out, LongByReference outLength);

    static native int adit_pre_commit1(
            long proof,
            byte[] unsealed,
            long unsealedLength,
            byte[] sealed,
            long sealedLength,
            byte[] cache,
            long cacheLength,
            long miner,
            long number,
            byte[] ticket,
            byte[] pieces,
            long pieceCount,
            PointerByReference out,
            LongByReference outLength);

    static native int adit_pre_commit2(
            byte[] phase1,
            long phase1Length,
            byte[] unsealed,
            long unsealedLength,
            byte[] sealed,
            long sealedLength,
            byte[] cache,
            long cacheLength,
            PointerByReference out,
            LongByReference outLength);

    static native int adit_commit1(
            long proof,
            byte[] sealed,
            long sealedLength,
            byte[] cache,
            long cacheLength,
            long miner,
            long number,
            byte[] ticket,
            byte[] seed,
            byte[] commR,
            byte[] commD,
            byte[] pieces,
            long pieceCount,
            PointerByReference out,
            LongByReference outLength);

    static native int adit_commit2(
            byte[] phase1,
            long phase1Length,
            long miner,
            long number,
            PointerByReference out,
            LongByReference outLength);

    static native int adit_verify_seal(
            long proofType,
            long miner,
            long number,
            byte[] commR,
            byte[] commD,
            byte[] ticket,
            byte[] seed,
            byte[] proof,
            long proofLength,
            PointerByReference out,
            LongByReference outLength);

    static native int adit_clear_cache(
            byte[] cache, long cacheLength, PointerByReference out, LongByReference outLength);

    static native int adit_unseal(
            long proof,
            byte[] sealed,
            long sealedLength,
            byte[] cache,
            long cacheLength,
            byte[] target,
            long targetLength,
            long miner,
            long number,
            byte[] commD,
            byte[] ticket,
            long offset,
            long size,
            PointerByReference out,
            LongByReference outLength);

    static native int adit_aggregate_seals(
            long proof,
            byte[] seals,
            long sealCount,
            byte[] proofs,
            long proofsLength,
            PointerByReference out,
            LongByReference outLength);

    static native int adit_verify_aggregate_seals(
            long proof,
            long miner,
            byte[] seals,
            long sealCount,
            byte[] aggregate,
            long aggregateLength,
            PointerByReference out,
            LongByReference outLength);

    static native int adit_window_post(
            long proof,
            long miner,
            byte[] randomness,
            byte[] replicas,
            long replicaCount,
            byte[] paths,
            long pathsLength,
            PointerByReference out,
            LongByReference outLength);

    static native int adit_verify_window_post(
            long proofType,
            long miner,
            byte[] randomness,
            byte[] replicas,
            long replicaCount,
            byte[] proof,
            long proofLength,
            PointerByReference out,
            LongByReference outLength);

    static native int adit_winning_post_challenge(
            long proof,
            long miner,
            byte[] randomness,
            long eligible,
            PointerByReference out,
            LongByReference outLength);

    static native int adit_winning_post(
            long proof,
            long miner,
            byte[] randomness,
            byte[] replicas,
            long replicaCount,
            byte[] paths,
            long pathsLength,
            PointerByReference out,
            LongByReference outLength);

    static native int adit_verify_winning_post(
            long proofType,
            long miner,
            byte[] randomness,
            byte[] replicas,
            long replicaCount,
            byte[] proof,
            long proofLength,
            PointerByReference out,
            LongByReference outLength);
}
