package io.adit.ops.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that says which node is meant; the same on every command. */
public final class NodeDirectory {
    @Option(
            names = {"-d", "--dir"},
            paramLabel = "DIR",
            description = "The node's directory (env ADIT_DIR). Default: ${DEFAULT-VALUE}",
            defaultValue = "${env:ADIT_DIR:-${sys:user.home}/.adit}")
    private Path directory = Path.of(".adit");

    public Path path() {
        return directory.toAbsolutePath().normalize();
    }
}
