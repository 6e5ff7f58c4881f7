package io.adit.core.config;

import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;

/** What can be wrong with a configuration. */
public enum ConfigErrorCode implements ErrorCode {
    /** The file cannot be read. */
    CONFIG_UNREADABLE("The configuration file cannot be read, is longer than 1 MiB, or is not TOML."),
    /** A key that does not exist. */
    CONFIG_UNKNOWN_KEY(
            "The configuration names a key that does not exist. A misspelt key would otherwise be silently ignored. `adit"
                    + " config default` prints every key."),
    /** A value that the key does not take. */
    CONFIG_BAD_VALUE("A configuration value cannot be read or is outside its limits."),
    /** The operator API would be open to the network. */
    CONFIG_PUBLIC_API(
            "The operator API would listen on an address that other machines can reach. Whoever has its token controls the"
                    + " node. Listen on 127.0.0.1 and use a tunnel, or set node.allow-public-api = true.");

    private final String explanation;

    ConfigErrorCode(String explanation) {
        this.explanation = explanation;
    }

    @Override
    public ErrorKind kind() {
        return ErrorKind.OPERATOR;
    }

    @Override
    public String explanation() {
        return explanation;
    }
}
