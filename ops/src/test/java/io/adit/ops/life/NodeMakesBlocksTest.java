package io.adit.ops.life;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.ops.AditMain;
import io.adit.ops.cli.NodeApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code adit run} as the only block producer of a chain, in a process of its own, with real winning and window proofs and mainnet's
 * block time. It is killed around the signature of a block, at each of the slash guard's steps.
 */
@Tag("slow")
class NodeMakesBlocksTest {
    private static final int KILLED = 137;
    private static final Duration PATIENCE = Duration.ofMinutes(6);

    @TempDir
    private Path folder;

    private int runs;

    private Process start(MinersTown town, String killAt) throws IOException {
        var builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                Town.classPath(),
                AditMain.class.getName(),
                "run",
                "--dir",
                town.home().directory().toString()));
        builder.environment().put("ADIT_KILL_AT", killAt);
        return builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("node-" + runs++ + ".log").toFile())
                .start();
    }

    private void until(String what, Process node, BooleanSupplier holds) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .failFast(() -> assertThat(node.isAlive()).as(this::log).isTrue())
                .until(holds::getAsBoolean);
    }

    private String log() {
        try {
            var lines = Files.readAllLines(folder.resolve("node-" + (runs - 1) + ".log"));
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static JsonNode ask(MinersTown town, String path) {
        return NodeApi.of(town.home().directory()).get(path);
    }

    private static List<BlockHeader> blocksSince(MinersTown town, long epoch) {
        var blocks = new ArrayList<BlockHeader>();
        var at = town.node().chainHead();
        while (at.height().value() > epoch) {
            blocks.addAll(at.blocks());
            at = town.node().chainGetTipSet(at.parents());
        }
        return blocks;
    }

    @Test
    void nodeMakesEveryBlock_whileItProvesItsWindow_andWhereverItWasKilled() throws Exception {
        try (var town = new MinersTown(folder)) {
            town.settle();
            long begin = town.node().chainHead().height().value();
            for (var point : List.of("slash.appended:1", "slash.anchored:2", "block.signed:1")) {
                var victim = start(town, point);
                try {
                    assertThat(victim.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                            .as("killed at %s: %s", point, log())
                            .isTrue();
                } finally {
                    victim.destroyForcibly();
                }
                assertThat(victim.exitValue()).as(log()).isEqualTo(KILLED);
            }
            var node = start(town, "");
            try {
                until("three blocks", node, () -> blocksSince(town, begin).size() >= 3);
                until("the window's proof", node, () -> isWindowProven(town));
                int then = blocksSince(town, begin).size();
                until("a block on it", node, () -> blocksSince(town, begin).size() > then);
                judge(town, begin);
            } finally {
                node.destroy();
                assertThat(node.waitFor(1, TimeUnit.MINUTES)).isTrue();
            }
        }
    }

    private static boolean isWindowProven(MinersTown town) {
        try {
            return ask(town, "/api/v1/proving/deadlines/" + town.deadline())
                    .findValuesAsText("phase")
                    .contains("ACCEPTED");
        } catch (AditException e) {
            return false;
        }
    }

    private void judge(MinersTown town, long begin) {
        var blocks = blocksSince(town, begin);
        assertThat(blocks).allSatisfy(block -> assertThat(block.miner()).isEqualTo(town.miner()));
        assertThat(blocks.stream().map(BlockHeader::height).distinct()).hasSameSizeAs(blocks);
        assertThat(town.devnet().ledger().consensusFaults()).isEmpty();
        assertThat(town.node().stateMinerFaults(town.miner(), TipSetKey.EMPTY).isEmpty())
                .isTrue();
        var status = ask(town, "/api/v1/mining");
        assertThat(status.path("guard").asText()).isEqualTo("ready");
        assertThat(status.path("refused").asLong()).as("%s", status).isZero();
        long span = town.node().chainHead().height().value() - begin;
        var fates = ask(town, "/api/v1/mining/blocks");
        System.out.printf("node makes blocks: %d epochs, %d blocks, %s%n%s%n", span, blocks.size(), status, fates);
        // Three deaths cost a round each at most.
        assertThat(span - blocks.size()).isLessThanOrEqualTo(4);
        for (var block : fates) {
            assertThat(block.path("proofMillis").asLong()).isLessThan(MinersTown.BLOCK.toMillis());
        }
    }
}
