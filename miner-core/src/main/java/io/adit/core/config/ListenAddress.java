package io.adit.core.config;

import io.adit.core.error.InvalidValueException;

/**
 * A host and a TCP port to listen on: {@code 127.0.0.1:4701}, {@code [::1]:4701}; port 0 lets the system choose.
 *
 * @param host without brackets; not resolved here
 */
public record ListenAddress(String host, int port) {
    private static final int MAX_PORT = 65535;

    /** Checks the range of the port. */
    public ListenAddress {
        if (host.isBlank() || port < 0 || port > MAX_PORT) {
            throw new InvalidValueException("listen address", host + ":" + port, "host:port with a port of 0 to 65535");
        }
    }

    /** Reads host and port. */
    public static ListenAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new InvalidValueException("listen address", text, "host:port");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new InvalidValueException("listen address", text, "an IPv6 address in brackets: [::1]:4701");
        }
        try {
            return new ListenAddress(host, Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new InvalidValueException("listen address", text, "host:port with a port of 0 to 65535");
        }
    }

    /** Whether only this machine can reach it. */
    public boolean isLoopback() {
        return host.equals("localhost") || host.equals("::1") || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
