package io.adit.proofs;

import io.adit.core.fil.SectorSize;
import java.nio.file.Path;

/**
 * The proof library with 2 KiB parameters, for tests of every module.
 *
 * <p>Parameters are made on first use on a machine (about a minute and a half on two idle cores) and shared by all tests
 * and by the demo.
 */
public final class ProofsTestKit {
    private ProofsTestKit() {}

    private static final class Holder {
        static final NativeProofs PROOFS = NativeProofs.open(NativeLibrary.locate(), settings());
    }

    /** The library in this JVM; the proof library reads its settings once per process, so there is one. */
    public static Proofs proofs() {
        return Holder.PROOFS;
    }

    /** Where parameters are, after making sure that they are. */
    public static Path parameters() {
        var store = new ParameterStore(ParameterStore.defaultDirectory());
        var program = NativeLibrary.locate()
                .parameterProgram()
                .orElseThrow(() -> new IllegalStateException("adit-params is not beside the native library"));
        store.ensure(SectorSize.KIB_2, program, (file, percent, left) -> {});
        return store.directory();
    }

    public static ProofSettings settings() {
        return ProofSettings.of(parameters());
    }
}
