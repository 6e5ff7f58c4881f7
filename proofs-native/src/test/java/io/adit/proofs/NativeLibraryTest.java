package io.adit.proofs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.adit.proofs.NativeLibrary.Cpu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryTest {
    private static final Cpu WITH_SHA = new Cpu("amd64", "linux", Set.of("sha_ni", "ssse3", "sse4_1", "avx2"));
    private static final Cpu WITHOUT_SHA = new Cpu("amd64", "linux", Set.of("ssse3", "sse4_1", "avx2"));
    private static final Cpu ARM_MAC = new Cpu("aarch64", "mac os x", Set.of());

    @TempDir
    Path build;

    @BeforeEach
    void twoVariants() throws IOException {
        for (var variant : List.of("sha", "portable")) {
            Files.createDirectories(build.resolve(variant));
            Files.createFile(build.resolve(variant).resolve("libadit_ffi.so"));
        }
    }

    @Test
    void variant_isTheBestThatTheCpuRuns() {
        assertThat(NativeLibrary.locate(Map.of(), List.of(build), WITH_SHA)
                        .file()
                        .toString())
                .endsWith("sha/libadit_ffi.so");
        assertThat(NativeLibrary.locate(Map.of(), List.of(build), WITHOUT_SHA)
                        .file()
                        .toString())
                .endsWith("portable/libadit_ffi.so");
    }

    @Test
    void portableVariant_isTakenWhenTheOtherIsNotBuilt() throws IOException {
        Files.delete(build.resolve("sha/libadit_ffi.so"));
        assertThat(NativeLibrary.locate(Map.of(), List.of(build), WITH_SHA)
                        .file()
                        .toString())
                .endsWith("portable/libadit_ffi.so");
    }

    @Test
    void shaVariant_isNeverTakenByACpuWithoutIt() throws IOException {
        Files.delete(build.resolve("portable/libadit_ffi.so"));
        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() -> NativeLibrary.locate(Map.of(), List.of(build), WITHOUT_SHA))
                .withMessageContaining("build.sh");
    }

    @Test
    void mac_hasItsOwnFileName() throws IOException {
        Files.createFile(build.resolve("portable/libadit_ffi.dylib"));
        assertThat(NativeLibrary.locate(Map.of(), List.of(build), ARM_MAC)
                        .file()
                        .toString())
                .endsWith("portable/libadit_ffi.dylib");
    }

    @Test
    void environmentVariable_winsAndMustExist() {
        var named = build.resolve("portable/libadit_ffi.so");
        assertThat(NativeLibrary.locate(
                                Map.of(NativeLibrary.ENVIRONMENT_VARIABLE, named.toString()), List.of(), WITH_SHA)
                        .file())
                .isEqualTo(named);
        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() -> NativeLibrary.locate(
                        Map.of(NativeLibrary.ENVIRONMENT_VARIABLE, "/nowhere/lib.so"), List.of(build), WITH_SHA))
                .withMessageContaining("/nowhere/lib.so");
    }

    @Test
    void parameterProgram_liesBesideTheVariants() throws IOException {
        var library = new NativeLibrary(build.resolve("sha/libadit_ffi.so"));
        assertThat(library.parameterProgram()).isEmpty();
        var program = Files.createFile(build.resolve("adit-params"));
        assertThat(program.toFile().setExecutable(true)).isTrue();
        assertThat(library.parameterProgram()).contains(program);
    }

    @Test
    void cpuFeatures_areReadFromLinux() throws IOException {
        var info = Files.writeString(build.resolve("cpuinfo"), "processor\t: 0\nflags\t\t: fpu sha_ni sse4_1\n");
        assertThat(NativeLibrary.linuxFeatures(info)).containsExactlyInAnyOrder("fpu", "sha_ni", "sse4_1");
        assertThat(NativeLibrary.linuxFeatures(build.resolve("absent"))).isEmpty();
    }
}
