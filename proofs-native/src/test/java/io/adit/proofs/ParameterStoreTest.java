package io.adit.proofs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.adit.core.fil.SectorSize;
import io.adit.proofs.ParameterStore.Purpose;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ParameterStoreTest {
    @TempDir
    Path directory;

    private final Path program = NativeLibrary.locate().parameterProgram().orElseThrow();

    @ParameterizedTest
    @EnumSource(
            value = SectorSize.class,
            names = {"KIB_2", "MIB_8", "MIB_512"})
    void fileNames_areThoseTheProgramMakes(SectorSize size) throws IOException {
        var process =
                new ProcessBuilder(program.toString(), "list", "--sector-size", Long.toString(size.bytes())).start();
        var listed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        for (var purpose : Purpose.values()) {
            var name = ParameterStore.files(size, purpose).getFirst();
            assertThat(listed).contains(name.substring("v28-".length(), name.length() - ".params".length()));
        }
    }

    @Test
    void missing_namesExactlyWhatIsNotThere() throws IOException {
        var store = new ParameterStore(directory);
        assertThat(store.missing(SectorSize.KIB_2)).hasSize(9);
        for (var file : ParameterStore.files(SectorSize.KIB_2, Purpose.WINDOW_POST)) {
            Files.copy(ProofsTestKit.parameters().resolve(file), directory.resolve(file));
        }
        assertThat(store.missing(SectorSize.KIB_2, EnumSet.of(Purpose.WINDOW_POST)))
                .isEmpty();
        assertThat(store.missing(SectorSize.KIB_2)).hasSize(6);
        assertThat(store.isComplete(SectorSize.KIB_2)).isFalse();
    }

    @Test
    void fileThatWasCutOff_isMissing() throws IOException {
        var store = new ParameterStore(directory);
        var files = ParameterStore.files(SectorSize.KIB_2, Purpose.WINDOW_POST);
        for (var file : files) {
            Files.copy(ProofsTestKit.parameters().resolve(file), directory.resolve(file));
        }
        var parameters = directory.resolve(files.getFirst());
        var window = EnumSet.of(Purpose.WINDOW_POST);
        for (var length : new long[] {Files.size(parameters) - 1, 4000, 100, 0}) {
            try (var channel = FileChannel.open(parameters, StandardOpenOption.WRITE)) {
                channel.truncate(length);
            }
            assertThat(store.missing(SectorSize.KIB_2, window))
                    .as("%d bytes", length)
                    .containsExactly(files.getFirst());
        }
    }

    @Test
    void ensure_namesTheReferenceString_whenOnlyThatIsMissing() throws IOException {
        for (var purpose : Purpose.values()) {
            for (var file : ParameterStore.files(SectorSize.KIB_2, purpose)) {
                Files.createSymbolicLink(
                        directory.resolve(file), ProofsTestKit.parameters().resolve(file));
            }
        }
        var script = script("exit 0\n");
        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() ->
                        new ParameterStore(directory).ensure(SectorSize.KIB_2, script, (file, percent, left) -> {}))
                .withMessageContaining("[v28-fil-inner-product-v1.srs]");
    }

    @Test
    void ensure_reportsProgress_andTheProgramsWords() throws IOException {
        var store = new ParameterStore(directory);
        var seen = new ArrayList<String>();
        var script = script("""
                echo '{"file":"a.params","percent":12.5,"eta":30}'
                echo '{"file":"a.params","percent":1.0}'
                echo 'No space left on device' >&2
                exit 1
                """);
        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() -> store.ensure(
                        SectorSize.KIB_2, script, (file, percent, left) -> seen.add(file + " " + percent + " " + left)))
                .satisfies(e -> assertThat(e.error()).isEqualTo(ProofsError.PARAMETER_GENERATION_FAILED))
                .withMessageContaining("No space left on device");
        assertThat(seen)
                .containsExactly(
                        "a.params 12.5 " + Optional.of(Duration.ofSeconds(30)), "a.params 1.0 " + Optional.empty());
    }

    @Test
    void ensure_isNotSatisfiedByAProgramThatMakesNothing() throws IOException {
        var script = script("exit 0\n");
        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() ->
                        new ParameterStore(directory).ensure(SectorSize.KIB_2, script, (file, percent, left) -> {}))
                .withMessageContaining("missing");
    }

    @Test
    void ensure_cannotMakeParametersOfRealNetworks() {
        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() ->
                        new ParameterStore(directory).ensure(SectorSize.GIB_32, program, (file, percent, left) -> {}))
                .satisfies(e -> assertThat(e.error()).isEqualTo(ProofsError.PARAMETERS_MISSING));
    }

    @Test
    void ensure_doesNothingWhenAllIsThere() {
        var store = new ParameterStore(ProofsTestKit.parameters());
        store.ensure(SectorSize.KIB_2, Path.of("/nowhere/adit-params"), (file, percent, left) -> {});
        assertThat(store.isComplete(SectorSize.KIB_2)).isTrue();
    }

    private Path script(String body) throws IOException {
        var file = Files.writeString(directory.resolve("program"), "#!/bin/sh\n" + body);
        Files.setPosixFilePermissions(file, Set.copyOf(PosixFilePermissions.fromString("rwx------")));
        return file;
    }
}
