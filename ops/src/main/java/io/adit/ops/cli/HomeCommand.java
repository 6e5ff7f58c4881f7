package io.adit.ops.cli;

import io.adit.ops.daemon.NodeHome;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that works in a node's or a signer's directory, whether or not one runs there. */
abstract class HomeCommand implements Callable<Integer> {
    @Mixin
    private NodeDirectory directory = new NodeDirectory();

    @Option(names = "--json", description = "Print JSON.")
    protected boolean json;

    @Spec
    private @Nullable CommandSpec spec;

    protected NodeHome home() {
        return new NodeHome(directory.path());
    }

    protected PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }
}
