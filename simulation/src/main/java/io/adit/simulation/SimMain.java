package io.adit.simulation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Plays histories outside the tests. */
@Command(
        name = "sim",
        mixinStandardHelpOptions = true,
        description =
                "Plays chain histories with everything going wrong against the node's own proving, sealing and deal code,"
                        + " with simulated time and proofs, and checks that nothing is missed. Ends with 1 when something was.")
public final class SimMain implements Callable<Integer> {
    @Option(names = "--seeds", defaultValue = "100", description = "how many histories (default ${DEFAULT-VALUE})")
    private int seeds = 100;

    @Option(names = "--seed", defaultValue = "1", description = "the first seed (default ${DEFAULT-VALUE})")
    private long seed = 1;

    @Option(
            names = "--epochs",
            defaultValue = "400",
            description = "length of the longest; most are half as long (default ${DEFAULT-VALUE})")
    private int epochs = 400;

    @Option(names = "--lanes", description = "how many at a time (default: one for each core)")
    private int lanes = Runtime.getRuntime().availableProcessors();

    @Option(names = "--json", description = "prints one JSON object")
    private boolean json;

    @Option(
            names = "--log",
            defaultValue = "OFF",
            description = "what the node's rooms say on the way: ERROR, WARN, INFO or DEBUG (default ${DEFAULT-VALUE})")
    private String log = "OFF";

    private SimMain() {}

    /** See {@code --help}. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SimMain()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        // Read when the first logger is made, which none is yet.
        System.setProperty("adit.sim.log", log);
        var summary = new Summary();
        new Seeds(seed, seeds, epochs)
                .play(lanes, outcome -> {
                    if (!outcome.holds() && !json) {
                        System.out.println("seed " + outcome.seed() + ", again by: ./adit sim --seeds 1 --seed "
                                + outcome.seed() + " --epochs " + epochs);
                        outcome.violations().forEach(violation -> System.out.println("  " + violation));
                    }
                })
                .forEach(summary::add);
        if (json) {
            System.out.println(new ObjectMapper()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .writeValueAsString(summary.asMap()));
        } else {
            summary.asMap().forEach(SimMain::print);
        }
        return summary.holds() ? 0 : 1;
    }

    private static void print(String name, Object value) {
        if (value instanceof Map<?, ?> counts) {
            System.out.println(name + ":");
            counts.forEach((what, times) -> System.out.println("  " + times + " " + what));
        } else {
            System.out.println(name + ": " + value);
        }
    }
}
