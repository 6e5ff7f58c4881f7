package io.adit.core.slash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kills signing processes and asks the next one for other blocks at the same epochs. */
class SlashCrashTest {
    private static final int KILLED = 137;

    @TempDir
    Path root;

    private Process start(String killAt, int from, int to, int salt) throws IOException {
        var builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SigningProcess.class.getName(),
                root.toString(),
                Integer.toString(from),
                Integer.toString(to),
                Integer.toString(salt)));
        builder.environment().put("ADIT_KILL_AT", killAt);
        return builder.redirectError(root.resolve("errors").toFile()).start();
    }

    /** Reads a process's lines, killing it after so many (never, if negative). */
    private List<String> lines(Process process, int killAfter) throws IOException, InterruptedException {
        var lines = new ArrayList<String>();
        try (var reader = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.matches("(permitted|again|refused) \\d+ \\d+")) {
                    lines.add(line);
                    if (lines.size() == killAfter) {
                        // The process's own method would close the stream under the reader.
                        process.toHandle().destroyForcibly();
                    }
                }
            }
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return lines;
    }

    private static List<Integer> epochs(List<String> lines, String outcome) {
        return lines.stream()
                .filter(line -> line.startsWith(outcome + " "))
                .map(line -> Integer.valueOf(line.split(" ")[1]))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"slash.appended", "slash.synced", "slash.anchored"})
    void killedBeforeThePermitIsOut_theBlockCountsAsSigned(String point) throws Exception {
        // The first sync is the session's.
        int times = point.equals("slash.appended") ? 3 : 4;
        var first = start(point + ":" + times, 10, 20, 1);
        assertThat(epochs(lines(first, -1), "permitted")).containsExactly(10, 11);
        assertThat(first.exitValue()).isEqualTo(KILLED);

        assertThat(epochs(lines(start("", 10, 14, 2), -1), "permitted")).containsExactly(13, 14);
        assertThat(epochs(lines(start("", 10, 12, 1), -1), "again")).containsExactly(10, 11, 12);
    }

    @Test
    void killedWhileTheLogIsRenewed_staysInDoubt() throws Exception {
        var first = start("slash.rewritten:1", 10, 11, 1);
        assertThat(lines(first, -1)).isEmpty();
        assertThat(first.exitValue()).isEqualTo(KILLED);

        try (var guard = new GuardFixture(root).open()) {
            assertThat(guard.status().doubt()).contains(Doubt.ANCHOR_MISSING);
        }
    }

    @Test
    void noEpochIsSignedTwice_howeverOftenItIsKilled() throws Exception {
        var random = new Random(17);
        Map<Integer, Integer> saltOf = new HashMap<>();
        int from = 10;
        for (int round = 1; round <= 6; round++) {
            // Each begins where the one before may have signed already.
            for (String line : lines(start("", from, from + 4000, round), 20 + random.nextInt(60))) {
                var words = line.split(" ");
                if (!words[0].equals("refused")) {
                    int epoch = Integer.parseInt(words[1]);
                    assertThat(saltOf.putIfAbsent(epoch, Integer.valueOf(words[2])))
                            .isNull();
                    from = Math.max(from, epoch - 10);
                }
            }
        }
        assertThat(saltOf.values().stream().distinct()).hasSizeGreaterThan(3);
        var signed = saltOf.entrySet().stream()
                .map(entry -> SigningProcess.block(entry.getKey(), entry.getValue()))
                .toList();
        assertThat(FaultRules.anyFault(signed, List.of())).isEmpty();
    }

    @Test
    void secondDaemonIsFencedOff_whileTheFirstRuns() throws Exception {
        var fixture = new GuardFixture(root);
        try (var guard = fixture.begun()) {
            assertThat(guard.status().doubt()).isEmpty();
            // A descriptor of the lock's file that this process closed would give its lock up.
            assertThatThrownBy(fixture::open).hasMessageContaining("which is this one");
            assertThatThrownBy(fixture::open).hasMessageContaining("which is this one");
            var second = start("", 10, 12, 2);
            assertThat(lines(second, -1)).isEmpty();
            assertThat(second.exitValue()).isNotZero();
            assertThat(Files.readString(root.resolve("errors"))).contains("it is held by process");
        }
    }
}
