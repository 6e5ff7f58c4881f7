package io.adit.proofs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The compiled Rust library on this machine.
 *
 * <p>Two variants are built from the same source: {@code sha} uses the CPU's SHA extensions throughout and would stop
 * with an illegal instruction on a CPU without them; {@code portable} runs everywhere and labels sectors some fifteen
 * times slower. The choice is made here, before anything is loaded.
 *
 * @param file the shared library
 */
public record NativeLibrary(Path file) {

    /** Names one library file and wins over every search. */
    public static final String ENVIRONMENT_VARIABLE = "ADIT_NATIVE_LIBRARY";

    /** Names the directory that holds {@code sha/} and {@code portable/}; the launcher and an install set it. */
    public static final String DIRECTORY_VARIABLE = "ADIT_NATIVE_DIR";

    private static final Set<String> SHA_VARIANT_NEEDS = Set.of("sha_ni", "ssse3", "sse4_1");
    private static final int SEARCH_DEPTH = 6;

    /** Finds the library by the environment variables, or in the source tree around the working directory. */
    public static NativeLibrary locate() {
        var environment = System.getenv();
        return locate(environment, searchRoots(environment), currentCpu());
    }

    static NativeLibrary locate(Map<String, String> environment, List<Path> directories, Cpu cpu) {
        var named = environment.get(ENVIRONMENT_VARIABLE);
        if (named != null && !named.isBlank()) {
            var file = Path.of(named).toAbsolutePath();
            if (!Files.isRegularFile(file)) {
                throw missing("%s names %s, which does not exist".formatted(ENVIRONMENT_VARIABLE, file));
            }
            return new NativeLibrary(file);
        }
        for (var directory : directories) {
            for (var variant : cpu.variants()) {
                var file = directory.resolve(variant).resolve(cpu.libraryName());
                if (Files.isRegularFile(file)) {
                    return new NativeLibrary(file.toAbsolutePath());
                }
            }
        }
        throw missing("Looked for %s/%s under %s".formatted(cpu.variants(), cpu.libraryName(), directories));
    }

    /** The {@code adit-params} program built together with the library, if it is there. */
    public Optional<Path> parameterProgram() {
        for (var directory = file.getParent(); directory != null; directory = directory.getParent()) {
            var program = directory.resolve("adit-params");
            if (Files.isExecutable(program) && Files.isRegularFile(program)) {
                return Optional.of(program);
            }
            if (directory.getFileName() != null && directory.endsWith("build")) {
                break;
            }
        }
        return Optional.empty();
    }

    private static ProofsException missing(String detail) {
        return new ProofsException(
                ProofsError.LIBRARY_MISSING,
                "Looking for the native proof library: " + detail + ". Build it with proofs-native/build.sh, or set "
                        + ENVIRONMENT_VARIABLE + ".");
    }

    private static List<Path> searchRoots(Map<String, String> environment) {
        var roots = new ArrayList<Path>();
        var installed = environment.get(DIRECTORY_VARIABLE);
        if (installed != null && !installed.isBlank()) {
            roots.add(Path.of(installed));
        }
        var directory = Path.of("").toAbsolutePath();
        for (int level = 0; level < SEARCH_DEPTH && directory != null; level++) {
            roots.add(directory.resolve("proofs-native").resolve("build"));
            directory = directory.getParent();
        }
        return roots;
    }

    /** What decides between the variants. */
    record Cpu(String architecture, String system, Set<String> features) {
        List<String> variants() {
            var isX86 = architecture.equals("amd64") || architecture.equals("x86_64");
            return isX86 && features.containsAll(SHA_VARIANT_NEEDS) ? List.of("sha", "portable") : List.of("portable");
        }

        String libraryName() {
            return system.startsWith("mac") ? "libadit_ffi.dylib" : "libadit_ffi.so";
        }
    }

    private static Cpu currentCpu() {
        return new Cpu(
                System.getProperty("os.arch", ""),
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT),
                linuxFeatures(Path.of("/proc/cpuinfo")));
    }

    static Set<String> linuxFeatures(Path cpuInfo) {
        try (var lines = Files.lines(cpuInfo, StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(line -> Set.copyOf(List.of(
                            line.substring(line.indexOf(':') + 1).strip().split("\\s+"))))
                    .orElse(Set.of());
        } catch (IOException absent) {
            // Not Linux, or /proc is hidden: the portable variant is right either way.
            return Set.of();
        }
    }
}
