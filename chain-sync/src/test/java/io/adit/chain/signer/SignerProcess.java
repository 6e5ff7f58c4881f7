package io.adit.chain.signer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Starts the signer as a process of its own, over a {@link SignerFixture}'s files. */
public final class SignerProcess {
    private SignerProcess() {}

    /**
     * Returns when it listens.
     *
     * @param killAt a kill point and how often it is to be reached, or nothing
     */
    public static Process start(Path keys, Path policy, String killAt) throws IOException {
        var builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                SignerMain.class.getName(),
                keys.toString(),
                policy.toString()));
        builder.environment().put("ADIT_PASSPHRASE", SignerFixture.PASSPHRASE);
        builder.environment().put("ADIT_KILL_AT", killAt);
        var started = builder.redirectErrorStream(true).start();
        var lines = new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
        String line = lines.readLine();
        while (line != null && !line.startsWith("signing at ")) {
            line = lines.readLine();
        }
        assertThat(line).as("the signer listens").isNotNull();
        return started;
    }
}
