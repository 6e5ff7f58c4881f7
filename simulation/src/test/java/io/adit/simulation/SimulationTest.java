package io.adit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.slash.Doubt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * {@code -Dsimulation.seeds=N} plays more histories or fewer, {@code -Dsimulation.first=S} begins at another seed; one that fails is
 * played again by {@code ./adit sim --seeds 1 --seed S}.
 */
class SimulationTest {
    private static final long FIRST = Long.getLong("simulation.first", 1);
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 1000);
    private static final int EPOCHS = 400;

    /** Stories among which each thing that can go wrong does so. */
    private static final int ENOUGH_FOR_ALL = 240;

    private static final int LANES = Runtime.getRuntime().availableProcessors();

    @Test
    void noSoundPartitionIsMissed_whateverTheSeedsBring() throws Exception {
        var summary = new Summary();
        var broken = new ArrayList<Outcome>();
        new Seeds(FIRST, SEEDS, EPOCHS).play(LANES, outcome -> {
            summary.add(outcome);
            if (!outcome.holds()) {
                broken.add(outcome);
            }
        });
        System.out.println("simulation: " + summary.asMap());
        assertThat(broken).isEmpty();
        if (SEEDS >= ENOUGH_FOR_ALL) {
            assertThat(summary.coverage()).containsKeys(everything());
            assertThat(summary.replaced()).isPositive();
            assertThat((Integer) summary.asMap().get("dealsActivated")).isPositive();
        }
    }

    /** What goes wrong in some story or other; a disturbance that is no longer played would make all the rest a matter of luck. */
    private static String[] everything() {
        var all = new ArrayList<>(List.of(
                "null rounds",
                "reorg of 1",
                "reorg of 2 to 20",
                "reorg of 21 to 120",
                "reorgs that took executed messages back",
                "base fee high",
                "base fee beyond every limit",
                "windows proven after hours of a high base fee",
                "mended sectors proven again",
                "blocks full",
                "messages lost by the network",
                "messages late in the network",
                "all full nodes stale",
                "clock stepped",
                "prover died",
                "prover gave a wrong proof",
                "killed anywhere",
                "killed at message.signed",
                "killed at message.accepted",
                "killed at post.proven",
                "message replaced by the operator",
                "message cancelled by the operator",
                "runs with control addresses",
                "runs with a pool of full nodes",
                "sectors sealed",
                "miner killed anywhere",
                "killed at slash.appended",
                "killed at slash.synced",
                "killed at slash.anchored",
                "killed at block.creating",
                "killed at block.prepared",
                "killed at block.permitted",
                "killed at block.signed",
                "killed at block.submitted",
                "power lost at slash.appended",
                "null rounds while blocks are made",
                "forks while blocks are made",
                "the network went back to an abandoned branch",
                "our blocks lost by the network",
                "clock stepped while blocks are made",
                "a copied home started beside the original",
                "the home that was given up started again",
                "log restored from a backup",
                "home restored from a backup",
                "disks rolled back to an image, and the machine booted",
                "miner moved by a protection file",
                "runs with deals",
                "runs with deals and an empty purse",
                "runs with deals and several machines",
                "several deals published in one message",
                "reorgs that took published deals back",
                "a client took its money back",
                "a client's server was away",
                "runs with several machines",
                "a machine stood still",
                "killed at the loss of its lease",
                "another machine went on making blocks",
                "machine that makes blocks killed anywhere",
                "machine that makes blocks stood still",
                "machine that makes blocks stood still at block.permitted",
                "a lease's renewal hung",
                "a machine that makes blocks cut off from the database",
                "the database away from all machines",
                "machines that share one guard",
                "machine that makes blocks could not start: SLASH_HELD_ELSEWHERE",
                "the guard of one of several machines put back to an older one",
                "an operator ended the doubt of one of several machines",
                "pre-commits of several sectors in one message",
                "proofs of several sectors in one message"));
        UnreliableNode.Mood.TROUBLES.forEach(mood -> {
            all.add("full node " + mood);
            mood.lie().ifPresent(lie -> all.add("liar fenced: " + mood));
        });
        for (var doubt :
                List.of(Doubt.LOG_COPIED, Doubt.LOG_BEHIND_ANCHOR, Doubt.ANCHOR_FOREIGN, Doubt.UNKNOWN_OWN_BLOCK)) {
            all.add("miner in doubt: " + doubt);
        }
        SimulatedDisks.Health.TROUBLES.forEach(health -> all.add("disk " + health));
        return all.toArray(String[]::new);
    }

    @Test
    void theSameSeedTakesTheSameCourse_aloneAndBesideOthers() throws Exception {
        var alone = new Seeds(FIRST, 12, 200).play(1, outcome -> {});
        var besideOthers = new Seeds(FIRST, 12, 200).play(4, outcome -> {});
        assertThat(besideOthers).isEqualTo(alone);
        assertThat(alone.stream().map(Outcome::digest).distinct()).hasSize(12);
        assertThat(playedInAnotherProcess()).isEqualTo(digest(alone));
    }

    private static String digest(List<Outcome> outcomes) {
        var summary = new Summary();
        outcomes.forEach(summary::add);
        return String.valueOf(summary.asMap().get("digest"));
    }

    /** Hashes of identity and the order of unmodifiable sets differ from process to process: no seed may hang on them. */
    private static String playedInAnotherProcess() throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var process = new ProcessBuilder(
                        java,
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx1g",
                        "-Dlogback.configurationFile=logback.xml",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SimMain.class.getName(),
                        "--seeds",
                        "12",
                        "--epochs",
                        "200",
                        "--json")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var output = process.getInputStream()) {
            return new ObjectMapper().readTree(output).path("digest").asText();
        } finally {
            process.destroyForcibly();
        }
    }
}
