package io.adit.ops.life;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher on a machine that has a shell and little else. */
class LauncherTest {
    private static final List<String> EVERY_MACHINE_HAS =
            List.of("dirname", "env", "find", "grep", "head", "mkdir", "sed", "sort", "tr");

    private static final String FAKE_MAVEN = """
            [ "$1" = -v ] && { echo "Apache Maven 3.9.9"; exit 0; }
            here=$(dirname "$(dirname "$0")"); count=$(($(cat "$here/count" 2>/dev/null || echo 0) + 1))
            echo $count >"$here/count"
            for module in ops devnet simulation; do
              mkdir -p "$here/$module/target/lib"
              printf 'built %s' $count >"$here/$module/target/$module-1-SNAPSHOT.jar"
              echo library >"$here/$module/target/lib/library-1.jar"
            done
            """;
    private static final String FAKE_NATIVE_BUILD = """
            library=$(dirname "$0")/build/sha/libadit_ffi.so
            [ "$1" = --best ] && { echo "$library"; exit 0; }
            mkdir -p "$(dirname "$library")"; [ -f "$library" ] || echo library >"$library"
            """;

    @TempDir
    private Path folder;

    private Path tools;
    private Path launcher;

    @BeforeEach
    void bareMachine() throws IOException {
        tools = Files.createDirectories(folder.resolve("bin"));
        for (var name : EVERY_MACHINE_HAS) {
            script(name, "exec " + onThePath(name) + " \"$@\"");
        }
        // A clone of its own, where nothing was built yet.
        launcher = Files.copy(Path.of("../adit"), folder.resolve("adit"));
    }

    @Test
    void saysWhatIsMissing_andHowToInstallIt_beforeAnythingElse() throws Exception {
        for (var command : List.of("demo", "test", "run", "build")) {
            var run = run(command);

            assertThat(run.exit).as(run.said).isEqualTo(69);
            assertThat(run.said)
                    .contains("adit needs what this machine lacks:")
                    .contains("* Maven 3.8 or newer", "sudo apt install -y maven", "brew install maven")
                    .contains("* Rust 1.90 or newer (cargo)", "https://sh.rustup.rs", "brew install rustup")
                    .contains("* a C compiler (cc)", "build-essential", "xcode-select --install")
                    .contains("* git", "sudo apt install -y git");
        }
    }

    @Test
    void helpOfItsOwnCommandsIsOutput_onABareMachineToo() throws Exception {
        for (var asked : List.of(List.of("test", "--help"), List.of("help", "test"), List.of("build", "--help"))) {
            var process = launched(asked)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(process.waitFor()).as(said).isZero();
            assertThat(said).startsWith("Usage: adit ");
        }
    }

    @Test
    void saysWhichVersionItFound_whenItIsTooOld_andNamesOnlyWhatLacks() throws Exception {
        script("mvn", "echo 'Apache Maven 3.6.3 (cecedd343002696d0abb50b32b541b8a6ba2883f)'");
        script("cargo", "echo 'cargo 1.89.0 (c24e10642 2025-06-23)'");
        script("cc", "true");
        script("git", "true");

        var run = run("demo");

        assertThat(run.exit).as(run.said).isEqualTo(69);
        assertThat(run.said)
                .contains("Maven 3.8 or newer (found 3.6.3)", "Rust 1.90 or newer (found 1.89.0)")
                .doesNotContain("C compiler", "* git");
    }

    /** Whoever pulls a new version and looks at the old node's state must not take the node's files from under it. */
    @Test
    void keepsTheFilesOfARunningProgram_whileANewReleaseIsBuilt() throws Exception {
        var jdk = folder.resolve("jdk");
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
        script(jdk.resolve("bin/javac"), "true");
        // Instead of a program: says where it was started from, and ends with its input.
        script(jdk.resolve("bin/java"), "echo home $ADIT_HOME; cat >/dev/null");
        script("mvn", FAKE_MAVEN);
        script("cargo", "echo 'cargo 1.90.0'");
        script("cc", "true");
        script("git", "true");
        var proofs = Files.createDirectories(folder.resolve("proofs-native"));
        script(proofs.resolve("build.sh"), FAKE_NATIVE_BUILD);
        var source = Files.createFile(
                Files.createDirectories(folder.resolve("ops/src/main")).resolve("Source.java"));
        Files.writeString(folder.resolve("pom.xml"), "<module>ops</module>");
        Path first;
        Path second;
        try (var node = start(jdk, "run")) {
            first = node.home();
            assertThat(look(jdk)).isEqualTo(first);

            Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(2)));
            second = look(jdk);
            assertThat(second).isNotEqualTo(first);
            assertThat(first.resolve("ops/ops-1-SNAPSHOT.jar")).hasContent("built 1");
            assertThat(second.resolve("ops/ops-1-SNAPSHOT.jar")).hasContent("built 2");
            assertThat(first.resolve("native/sha/libadit_ffi.so")).exists();
        }

        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(4)));
        assertThat(look(jdk)).exists();
        assertThat(first).doesNotExist();
        assertThat(second).doesNotExist();
    }

    /** The launcher with a program that waits. */
    private record Started(Process process, BufferedReader said) implements AutoCloseable {
        Path home() throws IOException {
            var all = new StringBuilder();
            for (var line = said.readLine(); line != null; line = said.readLine()) {
                if (line.startsWith("home ")) {
                    return Path.of(line.substring(5));
                }
                all.append(line).append('\n');
            }
            throw new AssertionError("the launcher ended: " + all);
        }

        @Override
        public void close() throws IOException {
            process.getOutputStream().close();
            assertThat(process.onExit().join().exitValue()).isZero();
        }
    }

    private Started start(Path jdk, String command) throws IOException {
        var builder = new ProcessBuilder(onThePath("bash").toString(), launcher.toString(), command)
                .redirectErrorStream(true)
                .directory(folder.toFile());
        builder.environment().remove("ADIT_NATIVE_LIBRARY");
        builder.environment().put("PATH", tools + File.pathSeparator + System.getenv("PATH"));
        builder.environment().put("ADIT_JAVA_HOME", jdk.toString());
        var process = builder.start();
        return new Started(process, process.inputReader(StandardCharsets.UTF_8));
    }

    private Path look(Path jdk) throws IOException {
        try (var command = start(jdk, "info")) {
            return command.home();
        }
    }

    private record Run(int exit, String said) {}

    private Run run(String command) throws Exception {
        var process = launched(List.of(command)).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), said);
    }

    private ProcessBuilder launched(List<String> arguments) {
        var command = new ArrayList<>(List.of(onThePath("bash").toString(), launcher.toString()));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", tools.toString(), "HOME", folder.toString()));
        return builder;
    }

    private void script(String name, String line) throws IOException {
        script(tools.resolve(name), line);
    }

    private static void script(Path place, String line) throws IOException {
        var file = Files.writeString(place, "#!" + onThePath("bash") + "\n" + line + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static Path onThePath(String name) {
        for (var place : System.getenv("PATH").split(File.pathSeparator, -1)) {
            if (Files.isExecutable(Path.of(place, name))) {
                return Path.of(place, name);
            }
        }
        throw new IllegalStateException("no " + name + " on the PATH");
    }
}
