package io.adit.ops.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.ops.daemon.Node;
import io.adit.ops.daemon.NodeHome;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code adit run}: runs the node until it is asked to stop. */
@Command(name = "run", mixinStandardHelpOptions = true, description = "Run the node until it is asked to stop.")
public final class RunCommand implements Callable<Integer> {
    @Mixin
    private NodeDirectory directory = new NodeDirectory();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A configuration value for this run, for example log.level=debug. May be given often.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--json", description = "Say as a JSON object that it runs.")
    private boolean json;

    @Option(
            names = "--exit-with-parent",
            hidden = true,
            description = "Stop when standard input closes; for programs that start a node.")
    private boolean exitWithParent;

    @Override
    public Integer call() throws InterruptedException {
        try (var lifetime = new Lifetime();
                var node = Node.start(new NodeHome(directory.path()), System.getenv(), settings)) {
            lifetime.begin(exitWithParent);
            System.out.println(
                    json
                            ? JsonNodeFactory.instance
                                    .objectNode()
                                    .put("running", node.toString())
                                    .put("directory", directory.path().toString())
                                    .toString()
                            : node + " runs in " + directory.path());
            lifetime.await();
        }
        return 0;
    }
}
