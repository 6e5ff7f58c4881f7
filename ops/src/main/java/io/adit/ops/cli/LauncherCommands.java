package io.adit.ops.cli;

import io.adit.core.error.AditException;
import io.adit.ops.OpsError;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/**
 * What the launcher {@code ./adit} does before any Java runs; here, with the names of the options, so that help and completion
 * know it.
 */
public final class LauncherCommands {
    private LauncherCommands() {}

    abstract static class Launched implements Callable<Integer> {
        @Unmatched
        private List<String> arguments = new ArrayList<>();

        /** Java is not to do anything with it. */
        final void say(Object given) {
            arguments.add(given.toString());
        }

        @Override
        public Integer call() {
            throw new AditException(
                    OpsError.LAUNCHER_ONLY,
                    "this is the launcher's: run it as ./adit in the project's folder, with " + arguments
                            + " behind it");
        }
    }

    /** {@code adit build}. */
    @Command(
            name = "build",
            mixinStandardHelpOptions = true,
            description = "Build what is not built; every other command does so by itself.")
    public static final class Build extends Launched {
        @Option(
                names = "--features",
                paramLabel = "FEATURES",
                description = "Of the proof library: cuda, cuda-supraseal or none. Kept for later builds.")
        void features(String features) {
            say(features);
        }
    }

    /** {@code adit test}. */
    @Command(
            name = "test",
            mixinStandardHelpOptions = true,
            description = "Run every test as CI does; --all also the slow ones.")
    public static final class Test extends Launched {
        @Option(names = "--all", description = "The slow tests too.")
        void all(boolean all) {
            say(all);
        }
    }

    /** {@code adit devnet}. */
    @Command(
            name = "devnet",
            mixinStandardHelpOptions = true,
            description =
                    "Run a development chain alone; prints token:multiaddr. ./adit devnet --help tells its options.")
    public static final class Devnet extends Launched {
        @Option(
                names = {
                    "--policy",
                    "--listen",
                    "--dir",
                    "--sector-size",
                    "--block-time",
                    "--blocks",
                    "--fund",
                    "--patience",
                    "--network-version",
                    "--params"
                },
                paramLabel = "VALUE",
                description = "As ./adit devnet --help tells.")
        void values(List<String> values) {
            say(values);
        }

        @Option(
                names = {"--json", "--exit-with-parent"},
                description = "As ./adit devnet --help tells.")
        void flags(boolean flags) {
            say(flags);
        }
    }

    /** {@code adit sim}. */
    @Command(
            name = "sim",
            mixinStandardHelpOptions = true,
            description =
                    "Play chain histories with everything going wrong against the node's own code: --seeds N, --seed S,"
                            + " --json.")
    public static final class Sim extends Launched {
        @Option(
                names = {"--seeds", "--seed", "--epochs", "--lanes", "--log"},
                paramLabel = "VALUE",
                description = "As ./adit sim --help tells.")
        void values(List<String> values) {
            say(values);
        }

        @Option(names = "--json", description = "Print one JSON object.")
        void json(boolean json) {
            say(json);
        }
    }
}
