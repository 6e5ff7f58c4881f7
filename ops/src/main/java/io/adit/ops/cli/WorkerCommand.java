package io.adit.ops.cli;

import io.adit.proofs.WorkerMain;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code adit worker}: the process that hosts the proof library; the node starts it, people seldom do. */
@Command(
        name = "worker",
        mixinStandardHelpOptions = true,
        description =
                "Host the proof library for a node. The node starts its workers itself; run it by hand only to debug.")
public final class WorkerCommand implements Callable<Integer> {
    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        WorkerMain.main(arguments.toArray(String[]::new));
        return 0;
    }
}
