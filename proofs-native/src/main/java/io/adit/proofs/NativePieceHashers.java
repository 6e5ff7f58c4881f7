package io.adit.proofs;

import io.adit.core.fil.PieceHasher;
import io.adit.core.fil.PieceHashers;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hashes pieces with the native library's kernels, in this process: they are Adit's own, of Rust that catches its panics, and
 * touch nothing of the proof library, for which there are worker processes. Without the library there are none, and pieces are
 * hashed in Java.
 *
 * <p>The library is looked for when the first large piece comes, and once.
 */
public final class NativePieceHashers implements PieceHashers {
    /** Names the kernel, or {@code java} for none of them. */
    public static final String KERNEL_VARIABLE = "ADIT_HASH_KERNEL";

    private static final Logger LOG = LoggerFactory.getLogger(NativePieceHashers.class);
    private static final String JAVA = "java";

    private static Optional<NativeLibrary> named = Optional.empty();

    /** For {@link java.util.ServiceLoader}. */
    public NativePieceHashers() {}

    /** Says which library to load, instead of the one that would be found; must come before the first piece. */
    public static synchronized void useLibrary(NativeLibrary library) {
        named = Optional.of(library);
    }

    @Override
    public Optional<PieceHasher> begin() {
        return Loaded.USABLE ? Optional.of(new NativePieceHasher("")) : Optional.empty();
    }

    /** A hasher with a kernel of that name; for comparing them. */
    static PieceHasher withKernel(String kernel) {
        if (!Loaded.USABLE) {
            throw new ProofsException(ProofsError.LIBRARY_MISSING, "Hashing a piece with " + kernel);
        }
        return new NativePieceHasher(kernel);
    }

    /** The kernels' names as the library tells them: {@code best=...} and {@code available=...}, a line each. */
    static String kernels() {
        return new String(AditKernels.answer(AditKernels::adit_kernels), StandardCharsets.UTF_8);
    }

    private static synchronized NativeLibrary library() {
        return named.orElseGet(NativeLibrary::locate);
    }

    /** Its initialisation loads the library. */
    private static final class Loaded {
        static final boolean USABLE = load();

        private static boolean load() {
            if (JAVA.equals(System.getenv(KERNEL_VARIABLE))) {
                LOG.info("Pieces are hashed in Java, as {} says", KERNEL_VARIABLE);
                return false;
            }
            try {
                var library = library();
                AditKernels.bind(library);
                LOG.info(
                        "Pieces are hashed by {}: {}",
                        library.file(),
                        kernels().strip().replace('\n', ' '));
                return true;
            } catch (ProofsException missing) {
                // A client may do without; a node has said so already when it looked for its workers' library.
                LOG.info("Pieces are hashed in Java, several times slower: {}", missing.getMessage());
                return false;
            } catch (UnsatisfiedLinkError older) {
                LOG.warn("Pieces are hashed in Java, several times slower: {}", older.getMessage());
                return false;
            }
        }
    }
}
