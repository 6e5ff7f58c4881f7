package io.adit.ops.cli;

import picocli.CommandLine.Option;

/** The option that says which full node to ask. */
public final class ChainOption {
    @Option(
            names = "--chain",
            paramLabel = "TOKEN:MULTIADDR",
            required = true,
            defaultValue = "${env:FULLNODE_API_INFO}",
            description = "The full node: token:multiaddr as Lotus prints it, or a URL (env FULLNODE_API_INFO).")
    private String api = "";

    public String api() {
        return api;
    }
}
