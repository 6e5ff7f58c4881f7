package io.adit.proofs;

import io.adit.core.fil.CommP;
import io.adit.core.fil.PieceHasher;
import io.adit.core.fil.PieceHashers;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

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
    private static final String SCALAR = "scalar";
    /** Whole chunks of the kernels, and what is left over by them. */
    private static final int CHECKED = 70_000;

    private static final AtomicBoolean REFUSED = new AtomicBoolean();

    private static Optional<NativeLibrary> named = Optional.empty();

    /** For {@link java.util.ServiceLoader}. */
    public NativePieceHashers() {}

    /** Says which library to load, instead of the one that would be found; must come before the first piece. */
    public static synchronized void useLibrary(NativeLibrary library) {
        named = Optional.of(library);
    }

    @Override
    public Optional<PieceHasher> begin() {
        return Loaded.USABLE ? begin("") : Optional.empty();
    }

    /** Where the library gives no hasher, as when 4,096 are open, the piece is hashed in Java. */
    static Optional<PieceHasher> begin(String kernel) {
        try {
            return Optional.of(new NativePieceHasher(kernel));
        } catch (ProofsException refused) {
            if (!REFUSED.getAndSet(true)) {
                LOG.warn("A piece is hashed in Java, several times slower; told once: {}", refused.getMessage());
            }
            return Optional.empty();
        }
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

    /** The value of a line of {@link #kernels}. */
    static String kernel(String key) {
        return kernels()
                .lines()
                .filter(line -> line.startsWith(key + "="))
                .map(line -> line.substring(key.length() + 1))
                .findFirst()
                .orElse("");
    }

    /** What the environment asks for; empty for nothing. */
    private static String asked() {
        return Optional.ofNullable(System.getenv(KERNEL_VARIABLE)).orElse("").strip();
    }

    /** Plain Rust is slower than the virtual machine's own SHA-256, which has instructions for it on most CPUs. */
    static boolean isWorthwhile(String best, String asked) {
        return !best.equals(SCALAR) || asked.equals(SCALAR);
    }

    /** Whether the hasher comes to the same commitment as Java: a build or a CPU may be faulty. */
    static boolean isRight(PieceHasher hasher) {
        var payload = new byte[CHECKED];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) (i * 7 + i / 251 + 3);
        }
        var java = CommP.inJava();
        java.update(payload, 0, payload.length);
        var expected = java.finish();
        hasher.update(payload, 0, payload.length);
        return hasher.finish(expected.size()).equals(expected.commP());
    }

    /** Its initialisation loads the library. */
    private static final class Loaded {
        static final boolean USABLE = load();

        /** Never throws: an initialisation that does would fail every piece from then on. */
        private static boolean load() {
            if (asked().equals(JAVA)) {
                LOG.info("Pieces are hashed in Java, as {} says", KERNEL_VARIABLE);
                return false;
            }
            try {
                var library = library();
                AditKernels.bind(library);
                return isUsable(library);
            } catch (ProofsException refused) {
                // A client may do without the library; a node has said so already when it looked for its workers' one.
                LOG.atLevel(refused.code() == ProofsError.LIBRARY_MISSING ? Level.INFO : Level.WARN)
                        .log("Pieces are hashed in Java, several times slower: {}", refused.getMessage());
                return false;
            } catch (RuntimeException | Error unusable) {
                // An older library, one for another CPU; or JNA has no native part here, which it tells by a plain
                // Error.
                LOG.warn("Pieces are hashed in Java, several times slower: {}", unusable.toString());
                return false;
            }
        }

        private static boolean isUsable(NativeLibrary library) {
            var best = kernel("best");
            if (!asked().isEmpty() && !asked().equals(best)) {
                LOG.warn(
                        "{} names {}, which is no hash kernel of this CPU; there are {}",
                        KERNEL_VARIABLE,
                        asked(),
                        kernel("available"));
            }
            if (!isWorthwhile(best, asked())) {
                LOG.info("Pieces are hashed in Java: the native library has nothing faster for this CPU");
                return false;
            }
            if (!isRight(new NativePieceHasher(""))) {
                LOG.warn(
                        "Pieces are hashed in Java, several times slower: {} with {} computed a wrong commitment; the CPU or"
                                + " the build is faulty",
                        library.file(),
                        best);
                return false;
            }
            LOG.info(
                    "Pieces are hashed by {}: {}",
                    library.file(),
                    kernels().strip().replace('\n', ' '));
            return true;
        }
    }
}
