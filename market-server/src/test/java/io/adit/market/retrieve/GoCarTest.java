package io.adit.market.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.ipld.UnixFsOptions;
import io.adit.market.GoTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** go-car, which verifies every block, reads what the server sends. */
class GoCarTest {
    @TempDir
    private Path directory;

    @Test
    void goCarReadsTheServersCars() throws Exception {
        var program = GoTools.build("carcheck");
        try (var provider = new StoredFixture(directory, RetrievalLimits.DEFAULTS)) {
            var file = provider.store(2_000_000, 8, new UnixFsOptions(50_000, 5, Optional.empty()));
            var car = directory.resolve("fetched.car");
            var fetched = new Curl(directory)
                    .run("-H", "Accept: application/vnd.ipld.car", provider.base() + "/ipfs/" + file.root());
            Files.write(car, fetched.body());

            var lines = check(program, car);

            assertThat(lines.getFirst()).isEqualTo("root " + file.root());
            assertThat(lines.get(1)).startsWith("block " + file.root());
            assertThat(lines).hasSize(1 + 40 + 8 + 2 + 1);
        }
    }

    private List<String> check(Path program, Path car) throws IOException, InterruptedException {
        var output = directory.resolve("checked");
        var process = new ProcessBuilder(program.toString())
                .redirectInput(car.toFile())
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return Files.readAllLines(output);
    }
}
