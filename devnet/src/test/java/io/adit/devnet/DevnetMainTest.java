package io.adit.devnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.chain.node.rpc.ApiInfo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The devnet as the process that operators and scripts start. */
class DevnetMainTest {
    @Test
    void printsItsAddressesAsOneObject_andEndsWithItsParent() throws Exception {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DevnetMain.class.getName(),
                        "--sector-size",
                        "2KiB",
                        "--block-time",
                        "0",
                        "--json",
                        "--exit-with-parent")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var output = process.inputReader(StandardCharsets.UTF_8)) {
            var answer = new ObjectMapper().readTree(output.readLine());

            assertThat(ApiInfo.parse(answer.path("api").asText()).token()).isPresent();
            assertThat(answer.path("control").asText()).matches("\\S+ http://127\\.0\\.0\\.1:\\d+\\S*");
        } finally {
            process.getOutputStream().close();
        }
        assertThat(process.waitFor()).isNotNegative();
    }
}
