package io.adit.ops.cli;

import io.adit.core.error.AditException;
import io.adit.ops.OpsError;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** What the launcher {@code ./adit} does before any Java runs; here so that help and completion know it. */
public final class LauncherCommands {
    private LauncherCommands() {}

    abstract static class Launched implements Callable<Integer> {
        @Unmatched
        private List<String> arguments = new ArrayList<>();

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
    public static final class Build extends Launched {}

    /** {@code adit test}. */
    @Command(
            name = "test",
            mixinStandardHelpOptions = true,
            description = "Run every test as CI does; --all also the slow ones.")
    public static final class Test extends Launched {}

    /** {@code adit devnet}. */
    @Command(
            name = "devnet",
            mixinStandardHelpOptions = true,
            description =
                    "Run a development chain alone; prints token:multiaddr. ./adit devnet --help tells its options.")
    public static final class Devnet extends Launched {}

    /** {@code adit sim}. */
    @Command(
            name = "sim",
            mixinStandardHelpOptions = true,
            description =
                    "Play chain histories with everything going wrong against the node's own code: --seeds N, --seed S,"
                            + " --json.")
    public static final class Sim extends Launched {}
}
