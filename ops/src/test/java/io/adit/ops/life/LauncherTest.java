package io.adit.ops.life;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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

    private record Run(int exit, String said) {}

    private Run run(String command) throws Exception {
        var builder = new ProcessBuilder(onThePath("bash").toString(), launcher.toString(), command)
                .redirectErrorStream(true)
                .directory(folder.toFile());
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", tools.toString(), "HOME", folder.toString()));
        var process = builder.start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), said);
    }

    private void script(String name, String line) throws IOException {
        var file = Files.writeString(tools.resolve(name), "#!" + onThePath("bash") + "\n" + line + "\n");
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
