package io.adit.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.ping.Ping;
import io.adit.libp2p.resource.Resource;
import io.adit.libp2p.resource.ResourceUsage.Refused;
import io.adit.libp2p.resource.Scope;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients behind a proxy that ends TLS, as nginx, Caddy and HAProxy do: each counts for itself, not all for the proxy. */
@Timeout(300)
class WebSocketProxyTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int PER_ADDRESS = 2;

    private final SecureRandom random = new SecureRandom();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (var each : open.reversed()) {
            each.close();
        }
    }

    private HostBuilder host() {
        return Host.builder().identity(Identity.generate(KeyType.ED25519, random));
    }

    private Host server(List<InetAddress> proxies) throws Exception {
        var server = host().listen("/ip4/127.0.0.1/tcp/0/ws")
                .trustedProxies(proxies)
                .limits(HostLimits.defaults().withConnections(64, PER_ADDRESS, 32))
                .build();
        open.add(server);
        server.start();
        return server;
    }

    /** Where the server is reached through a proxy that sees its client at this address. */
    private Multiaddr through(Host server, String client) throws IOException {
        var steps = server.addresses().getFirst().toString().split("/", -1);
        var port = Integer.parseInt(steps[4]);
        var listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        open.add(listener);
        Thread.startVirtualThread(() -> {
            try {
                while (true) {
                    var inner = listener.accept();
                    Thread.startVirtualThread(() -> pass(inner, port, client));
                }
            } catch (IOException e) {
                // the test is over
            }
        });
        return Multiaddr.parse("/ip4/127.0.0.1/tcp/" + listener.getLocalPort() + "/ws/p2p/" + server.peerId());
    }

    private static void pass(Socket from, int port, String client) {
        try (from;
                var to = new Socket(InetAddress.getLoopbackAddress(), port)) {
            var request = head(from.getInputStream());
            var header = "X-Forwarded-For: 192.0.2.66, " + client + "\r\n\r\n";
            to.getOutputStream().write((request + header).getBytes(StandardCharsets.ISO_8859_1));
            var back = Thread.startVirtualThread(() -> copy(to, from));
            copy(from, to);
            back.join();
        } catch (IOException e) {
            // one of both has gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The request's lines, without the empty one at their end. */
    private static String head(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            var next = in.read();
            if (next < 0) {
                throw new IOException("the client has gone");
            }
            head.write(next);
        }
        var text = head.toString(StandardCharsets.ISO_8859_1);
        return text.substring(0, text.length() - 2);
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // one of both has gone
        }
    }

    private Connection connect(Multiaddr address) throws Exception {
        var client = host().build();
        open.add(client);
        var connection = client.connect(address, PATIENCE);
        assertThat(new Ping(random).measure(connection, PATIENCE)).isPositive();
        return connection;
    }

    @Test
    void clientsOfATrustedProxy_countForTheirOwnAddresses() throws Exception {
        var server = server(List.of(InetAddress.getLoopbackAddress()));
        var first = through(server, "198.51.100.1");
        var second = through(server, "198.51.101.2");

        for (var count = 0; count < PER_ADDRESS; count++) {
            connect(first);
            connect(second);
        }

        assertThat(server.connections())
                .hasSize(2 * PER_ADDRESS)
                .extracting(connection -> connection.remoteAddress().toString())
                .containsOnly("/ip4/198.51.100.1/tcp/0/ws", "/ip4/198.51.101.2/tcp/0/ws");
        assertThatThrownBy(() -> connect(first)).isInstanceOf(Libp2pException.class);
        assertThat(server.resources().refused()).containsOnlyKeys(new Refused(Scope.ADDRESS, Resource.CONNECTIONS));
    }

    @Test
    void clientsOfAProxyThatIsNotTrusted_countForTheProxy() throws Exception {
        var server = server(List.of());
        connect(through(server, "198.51.100.1"));
        connect(through(server, "198.51.101.2"));

        assertThat(server.connections())
                .allMatch(connection -> connection.remoteAddress().toString().startsWith("/ip4/127.0.0.1/"));
        var third = through(server, "198.51.102.3");
        assertThatThrownBy(() -> connect(third)).isInstanceOf(Libp2pException.class);
    }

    @Test
    void clientOfATrustedProxyThatNamesNobody_countsForTheProxy() throws Exception {
        var server = server(List.of(InetAddress.getLoopbackAddress()));
        connect(server.addresses().getFirst());

        assertThat(server.connections().getFirst().remoteAddress().toString()).startsWith("/ip4/127.0.0.1/");
    }
}
