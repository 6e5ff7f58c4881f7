package io.adit.proofs;

import io.adit.core.fil.SectorSize;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The directory of proof parameters: which files a sector size needs, whether they are there, and, for a devnet's sizes,
 * how to make them.
 *
 * <p>Files carry the names of the official parameter set, so that other Filecoin software finds them too. Parameters for
 * 32 and 64 GiB cannot be made, only downloaded from the ceremony's set.
 */
public final class ParameterStore {

    /** What a parameter set is for. */
    public enum Purpose {
        WINNING_POST("winning"),
        WINDOW_POST("window"),
        SEAL("porep");

        private final String programName;

        Purpose(String programName) {
            this.programName = programName;
        }
    }

    /** Told while parameters are made. */
    @FunctionalInterface
    public interface ProgressListener {
        /**
         * @param file the file being made
         * @param percent share of all the work, 0 to 100, never falling
         * @param left time left; empty while it is not yet known
         */
        void progress(String file, double percent, Optional<Duration> left);
    }

    private static final String VERSION_PREFIX = "v28-";
    private static final String POST = VERSION_PREFIX + "proof-of-spacetime-fallback-merkletree-poseidon_hasher-";
    private static final String SEAL =
            VERSION_PREFIX + "stacked-proof-of-replication-merkletree-poseidon_hasher-%s-sha256_hasher-";
    /** Reference string for aggregated seal proofs, shared by all sizes. */
    private static final String REFERENCE_STRING = VERSION_PREFIX + "fil-inner-product-v1.srs";

    private static final int KEPT_LINES = 20;
    private static final Pattern FILE = Pattern.compile("\"file\":\"([^\"]{1,200})\"");
    private static final Pattern PERCENT = Pattern.compile("\"percent\":([0-9.]{1,8})");
    private static final Pattern ETA = Pattern.compile("\"eta\":([0-9]{1,8})");

    private final Path directory;

    public ParameterStore(Path directory) {
        this.directory = directory.toAbsolutePath();
    }

    /** The directory used unless the operator names one: {@code ~/.cache/adit/params}. */
    public static Path defaultDirectory() {
        return Path.of(System.getProperty("user.home"), ".cache", "adit", "params");
    }

    public Path directory() {
        return directory;
    }

    /** The three files of one parameter set, in the order in which they are made. */
    public static List<String> files(SectorSize size, Purpose purpose) {
        var base = baseName(size, purpose);
        return List.of(base + ".params", base + ".vk", base + ".meta");
    }

    /** The file that verifying needs; proving needs all three. */
    public static String verifyingKeyFile(SectorSize size, Purpose purpose) {
        return baseName(size, purpose) + ".vk";
    }

    private static String baseName(SectorSize size, Purpose purpose) {
        var shape = switch (size) {
            case KIB_2, MIB_8, MIB_512 -> "8-0-0";
            case GIB_32 -> "8-8-0";
            case GIB_64 -> "8-8-2";
        };
        return switch (purpose) {
            case WINNING_POST -> POST + shape + "-" + winningHash(size);
            case WINDOW_POST -> POST + shape + "-" + windowHash(size);
            case SEAL -> SEAL.formatted(shape) + sealHash(size);
        };
    }

    private static String winningHash(SectorSize size) {
        return switch (size) {
            case KIB_2 -> "3ea05428c9d11689f23529cde32fd30aabd50f7d2c93657c1d3650bca3e8ea9e";
            case MIB_8 -> "50c7368dea9593ed0989e70974d28024efa9d156d585b7eea1be22b2e753f331";
            case MIB_512 -> "7d739b8cf60f1b0709eeebee7730e297683552e4b69cab6984ec0285663c5781";
            case GIB_32 -> "559e581f022bb4e4ec6e719e563bf0e026ad6de42e56c18714a2c692b1b88d7e";
            case GIB_64 -> "b62098629d07946e9028127e70295ed996fe3ed25b0f9f88eb610a0ab4385a3c";
        };
    }

    private static String windowHash(SectorSize size) {
        return switch (size) {
            case KIB_2 -> "0170db1f394b35d995252228ee359194b13199d259380541dc529fb0099096b0";
            case MIB_8 -> "5294475db5237a2e83c3e52fd6c2b03859a1831d45ed08c4f35dbf9a803165a9";
            case MIB_512 -> "0cfb4f178bbb71cf2ecfcd42accce558b27199ab4fb59cb78f2483fe21ef36d9";
            case GIB_32 -> "0377ded656c6f524f1618760bffe4e0a1c51d5a70c4509eedae8a27555733edc";
            case GIB_64 -> "2627e4006b67f99cef990c0a47d5426cb7ab0a0ad58fc1061547bf2d28b09def";
        };
    }

    private static String sealHash(SectorSize size) {
        return switch (size) {
            case KIB_2 -> "032d3138d22506ec0082ed72b2dcba18df18477904e35bafee82b3793b06832f";
            case MIB_8 -> "ecd683648512ab1765faa2a5f14bab48f676e633467f0aa8aad4b55dcb0652bb";
            case MIB_512 -> "6babf46ce344ae495d558e7770a585b2382d54f225af8ed0397b8be7c3fcd472";
            case GIB_32 -> "82a357d2f2ca81dc61bb45f4a762807aedee1b0a53fd6c4e77b46a01bfef7820";
            case GIB_64 -> "96f1b4a04c5c51e4759bbf224bbc2ef5a42c7100f16ec0637123f16a845ddfb2";
        };
    }

    /** Files that are not there or too short, for all purposes. */
    public List<String> missing(SectorSize size) {
        return missing(size, EnumSet.allOf(Purpose.class));
    }

    public List<String> missing(SectorSize size, Set<Purpose> purposes) {
        return purposes.stream()
                .flatMap(purpose -> files(size, purpose).stream())
                .filter(file -> !isWhole(file))
                .toList();
    }

    private boolean isWhole(String file) {
        var path = directory.resolve(file);
        if (!Files.isRegularFile(path)) {
            return false;
        }
        try {
            return file.endsWith(".params") ? ParameterFile.isWhole(path) : Files.size(path) > 0;
        } catch (IOException unreadable) {
            return false;
        }
    }

    public boolean isComplete(SectorSize size) {
        return missing(size).isEmpty();
    }

    /**
     * Makes what is missing for a devnet's sector size, waiting when another process is already at it.
     *
     * @param program the {@code adit-params} program; see {@link NativeLibrary#parameterProgram()}
     */
    public void ensure(SectorSize size, Path program, ProgressListener listener) {
        if (isComplete(size) && hasReferenceString()) {
            return;
        }
        if (size == SectorSize.GIB_32 || size == SectorSize.GIB_64) {
            var lacking = new ArrayList<>(missing(size));
            if (!hasReferenceString()) {
                lacking.add(REFERENCE_STRING + " (for aggregated seals)");
            }
            throw new ProofsException(
                    ProofsError.PARAMETERS_MISSING,
                    "Parameters for %s sectors in %s: %s are missing or too short, and parameters of a real network can only be downloaded."
                            .formatted(size, directory, lacking));
        }
        var kinds = EnumSet.allOf(Purpose.class).stream()
                .map(purpose -> purpose.programName)
                .toList();
        run(
                List.of(
                        program.toString(),
                        "make",
                        "--sector-size",
                        Long.toString(size.bytes()),
                        "--only",
                        String.join(",", kinds),
                        "--srs",
                        directory.toString()),
                listener);
        if (!isComplete(size) || !hasReferenceString()) {
            var lacking = new ArrayList<>(missing(size));
            if (!hasReferenceString()) {
                lacking.add(REFERENCE_STRING);
            }
            throw failed("it ended well, but these files are missing or too short: " + lacking, null);
        }
    }

    private boolean hasReferenceString() {
        return isWhole(REFERENCE_STRING);
    }

    private void run(List<String> command, ProgressListener listener) {
        Process process;
        try {
            Files.createDirectories(directory);
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException refused) {
            throw failed(refused.getMessage() + " (" + command.getFirst() + ")", refused);
        }
        var last = new ArrayDeque<String>();
        try (var lines = new BufferedReader(process.inputReader(StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!report(line, listener)) {
                    last.addLast(line);
                    if (last.size() > KEPT_LINES) {
                        last.removeFirst();
                    }
                }
            }
            var code = process.waitFor();
            if (code != 0) {
                throw failed("it ended with code " + code + ": " + String.join(" ", last), null);
            }
        } catch (IOException broken) {
            throw failed(broken.getMessage() == null ? "its output broke off" : broken.getMessage(), broken);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ProofsException(
                    ProofsError.INTERRUPTED, "Making parameters in " + directory + " was interrupted.", interrupted);
        } finally {
            process.destroy();
        }
    }

    /** Passes one line of progress on; false when it is none. */
    private static boolean report(String line, ProgressListener listener) {
        if (!line.startsWith("{")) {
            return false;
        }
        var percent = PERCENT.matcher(line);
        if (percent.find()) {
            var file = FILE.matcher(line);
            var eta = ETA.matcher(line);
            var left = eta.find()
                    ? Optional.of(Duration.ofSeconds(Long.parseLong(eta.group(1))))
                    : Optional.<Duration>empty();
            listener.progress(file.find() ? file.group(1) : "", Double.parseDouble(percent.group(1)), left);
        }
        return true;
    }

    private ProofsException failed(String detail, @Nullable Exception cause) {
        var message = "Making proof parameters in " + directory + ": " + detail;
        return cause == null
                ? new ProofsException(ProofsError.PARAMETER_GENERATION_FAILED, message)
                : new ProofsException(ProofsError.PARAMETER_GENERATION_FAILED, message, cause);
    }
}
