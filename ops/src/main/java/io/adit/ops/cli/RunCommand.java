package io.adit.ops.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.ops.daemon.Node;
import io.adit.ops.daemon.NodeHome;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
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
        var stop = new CountDownLatch(1);
        var stopped = new CountDownLatch(1);
        try (var node = Node.start(new NodeHome(directory.path()), System.getenv(), settings)) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                stop.countDown();
                awaitQuietly(stopped);
            }));
            if (exitWithParent) {
                Thread.ofPlatform().daemon().name("parent-watch").start(() -> awaitParentsEnd(stop));
            }
            System.out.println(
                    json
                            ? JsonNodeFactory.instance
                                    .objectNode()
                                    .put("running", node.toString())
                                    .put("directory", directory.path().toString())
                                    .toString()
                            : node + " runs in " + directory.path());
            stop.await();
        } finally {
            stopped.countDown();
        }
        return 0;
    }

    private static void awaitParentsEnd(CountDownLatch stop) {
        try {
            while (System.in.read() >= 0) {
                // Nothing is expected; only the end counts.
            }
        } catch (IOException e) {
            // A broken pipe says the same as its end.
        }
        stop.countDown();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
