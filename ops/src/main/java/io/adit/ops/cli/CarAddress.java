package io.adit.ops.cli;

import io.adit.core.error.AditException;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.ops.OpsError;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.Set;

/**
 * Where the client serves what it wants stored, and under which URL the provider is told to fetch it.
 *
 * @param listen the socket; port 0 takes a free one
 * @param announce the base URL when the provider sees another address than {@code listen}
 */
record CarAddress(InetSocketAddress listen, Optional<URI> announce) {
    private static final Set<String> IP = Set.of("ip4", "ip6");
    private static final Set<String> NAME = Set.of("dns", "dns4", "dns6");

    /** @throws AditException when the two do not make an address that anybody could fetch from */
    static CarAddress parse(String listen, Optional<URI> announce) {
        int colon = listen.lastIndexOf(':');
        var host = colon < 0 ? "" : listen.substring(0, colon).replaceAll("^\\[|]$", "");
        var socket = new InetSocketAddress(resolve(host, listen), port(listen.substring(colon + 1), listen));
        announce.ifPresent(url -> {
            boolean http = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
            if (!http || url.getHost() == null) {
                throw refused("--announce " + url + " is no http:// or https:// URL");
            }
            if (socket.getPort() == 0) {
                throw refused("--announce " + url + " needs a --listen with a fixed port that the URL leads to");
            }
        });
        return new CarAddress(socket, announce);
    }

    /**
     * Refuses before money is locked what could never be fetched.
     *
     * @throws AditException {@link OpsError#CAR_UNREACHABLE}
     */
    void requireReachableBy(Multiaddr provider) {
        if (announce.isEmpty() && listen.getAddress().isAnyLocalAddress()) {
            throw unreachable("every address of this machine (" + listen.getHostString() + ") is no address to name");
        }
        var named =
                announce.map(URI::getHost).orElseGet(() -> listen.getAddress().getHostAddress());
        if (isLoopback(named) && !isLoopback(provider)) {
            throw unreachable("the provider " + provider + " is not on this machine, and " + named
                    + " is an address that only this machine reaches");
        }
    }

    private static boolean isLoopback(Multiaddr address) {
        return address.components().stream()
                .filter(part -> IP.contains(part.protocol().toString())
                        || NAME.contains(part.protocol().toString()))
                .findFirst()
                .map(part -> isLoopback(part.value()))
                .orElse(false);
    }

    /** A name is not looked up: only the one that always means this machine counts. */
    private static boolean isLoopback(String host) {
        var bare = host.replaceAll("^\\[|]$", "");
        boolean literal = bare.contains(":") || bare.matches("[0-9.]+");
        return literal ? resolve(bare, host).isLoopbackAddress() : bare.equalsIgnoreCase("localhost");
    }

    private static InetAddress resolve(String host, String given) {
        try {
            if (host.isEmpty()) {
                throw refused("'" + given + "' is not ADDRESS:PORT");
            }
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new AditException(OpsError.CAR_UNREACHABLE, "'" + given + "': no such address", e);
        }
    }

    private static int port(String text, String given) {
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 65_535) {
            throw refused("'" + given + "' is not ADDRESS:PORT");
        }
        return Integer.parseInt(text);
    }

    private static AditException refused(String what) {
        return new AditException(OpsError.CAR_UNREACHABLE, what);
    }

    private static AditException unreachable(String why) {
        return refused(
                "nothing was locked: the provider could not fetch the data, because " + why
                        + ". Name an address that it reaches: --listen ADDRESS:PORT, and --announce URL when it sees another one");
    }
}
