package io.adit.proofs;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;

/**
 * The entries of {@code adit-ffi} that call no proof library: piece commitments. Apart from {@link AditFfi}, so that a node
 * binds these alone, and a library of before, which lacks them, still proves.
 */
final class AditKernels {
    private AditKernels() {}

    /**
     * Binds the methods below; must come before any of them.
     *
     * @throws ProofsException when the library speaks another ABI
     * @throws UnsatisfiedLinkError when it does not load here or lacks an entry
     */
    static void bind(NativeLibrary library) {
        Native.register(AditKernels.class, library.file().toString());
        NativeProofs.requireAbi(library, adit_abi());
    }

    /**
     * Binds them for whoever cannot do without.
     *
     * @throws ProofsException when the library does not load here, lacks an entry or speaks another ABI
     */
    static void bindToMeasure(NativeLibrary library) {
        try {
            bind(library);
        } catch (UnsatisfiedLinkError refused) {
            throw new ProofsException(
                    ProofsError.LIBRARY_MISSING, "Loading " + library.file() + ": " + refused.getMessage(), refused);
        }
    }

    /** What the entry answers. */
    static byte[] answer(NativeProofs.Entry entry) {
        return NativeProofs.answer("piece commitment", entry, AditKernels::adit_free);
    }

    static native int adit_abi();

    static native int adit_version(PointerByReference out, LongByReference outLength);

    static native void adit_free(Pointer buffer, long length);

    static native int adit_kernels(PointerByReference out, LongByReference outLength);

    static native int adit_commp_new(
            byte[] kernel, long kernelLength, long threads, PointerByReference out, LongByReference outLength);

    static native int adit_commp_update(
            long stream, Pointer payload, long payloadLength, PointerByReference out, LongByReference outLength);

    static native int adit_commp_finish(
            long stream, long paddedSize, PointerByReference out, LongByReference outLength);

    static native void adit_commp_drop(long stream);

    static native int adit_measure_pieces(
            long paddedSize, long runs, PointerByReference out, LongByReference outLength);

    static native int adit_measure_sealing(long size, long runs, PointerByReference out, LongByReference outLength);
}
