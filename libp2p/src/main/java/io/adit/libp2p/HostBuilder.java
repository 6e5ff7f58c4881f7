package io.adit.libp2p;

import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.multistream.MultistreamSelect;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;

/** Gathers what a {@link Host} is made of. Only the identity must be given. */
public final class HostBuilder {
    static final int MAX_PROTOCOLS = 64;

    final List<Multiaddr> listen = new ArrayList<>();
    final List<Multiaddr> announce = new ArrayList<>();
    final Map<String, StreamHandler> handlers = new LinkedHashMap<>();
    List<SecurityProtocol> security = List.of(SecurityProtocol.values());
    Predicate<PeerId> known = peer -> false;
    InstantSource clock = InstantSource.system();
    Optional<SSLContext> webSocketTls = Optional.empty();
    Set<InetAddress> trustedProxies = Set.of();
    String agent = "adit";
    HostLimits limits = HostLimits.defaults();
    private Optional<Identity> identity = Optional.empty();
    private SecureRandom random = new SecureRandom();

    HostBuilder() {}

    public HostBuilder identity(Identity own) {
        identity = Optional.of(own);
        return this;
    }

    /**
     * An address to listen on, such as {@code /ip4/0.0.0.0/tcp/24001} or {@code /ip4/0.0.0.0/tcp/24002/ws} or
     * {@code /ip4/0.0.0.0/udp/24001/quic-v1}; port 0 lets the system choose. {@code /wss} needs {@link #webSocketTls}; behind a proxy that ends TLS, {@code /ws} does.
     */
    public HostBuilder listen(String address) {
        listen.add(Multiaddr.parse(address));
        return this;
    }

    /** An address to give to peers in place of those bound, for hosts behind address translation. */
    public HostBuilder announce(Multiaddr address) {
        announce.add(address.withoutPeer().orElseThrow(() -> new IllegalArgumentException("no transport address")));
        return this;
    }

    /** Serves a protocol; at most 64, each named once, with fewer than 256 bytes. */
    public HostBuilder protocol(String name, StreamHandler handler) {
        checkProtocol(name);
        if (handlers.size() == MAX_PROTOCOLS || handlers.putIfAbsent(name, handler) != null) {
            throw new IllegalArgumentException("protocol " + name + " is served already, or 64 others are");
        }
        return this;
    }

    /**
     * The certificate of this host for {@code /wss}, and whose certificates it believes when it dials one; without this
     * call it cannot listen so, and believes whom the Java platform believes.
     */
    public HostBuilder webSocketTls(SSLContext certificateAndTrust) {
        webSocketTls = Optional.of(certificateAndTrust);
        return this;
    }

    /**
     * Proxies that end TLS in front of {@code /ws}, by the address from which they connect: who is counted and told apart is
     * the client that such a one names in X-Forwarded-For. They must add the address at which they see a client to that header,
     * or put it in its place, or anybody can name whomever he likes.
     */
    public HostBuilder trustedProxies(Collection<InetAddress> addresses) {
        trustedProxies = Set.copyOf(addresses);
        return this;
    }

    /** How connections are secured, the most wanted first; without this call by Noise, and by TLS for peers that lack it. */
    public HostBuilder security(SecurityProtocol... wanted) {
        security = List.of(wanted).stream().distinct().toList();
        return this;
    }

    static void checkProtocol(String name) {
        if (name.isEmpty() || name.getBytes(StandardCharsets.UTF_8).length >= MultistreamSelect.MAX_LINE / 4) {
            throw new IllegalArgumentException("protocol name must have 1 to 255 bytes: " + name);
        }
    }

    /** The software's name and version, as peers see it. */
    public HostBuilder agent(String nameAndVersion) {
        agent = nameAndVersion;
        return this;
    }

    public HostBuilder limits(HostLimits chosen) {
        limits = chosen;
        return this;
    }

    /**
     * Peers for whom some of the {@link #limits} is reserved, so that strangers cannot use up everything. Asked often,
     * by event loops too: it must not wait.
     */
    public HostBuilder known(Predicate<PeerId> peers) {
        known = peers;
        return this;
    }

    /** By which addresses and certificates expire. */
    public HostBuilder clock(InstantSource source) {
        clock = source;
        return this;
    }

    public HostBuilder random(SecureRandom source) {
        random = source;
        return this;
    }

    /** A host that does not listen yet. */
    public Host build() {
        return new Host(
                this, identity.orElseThrow(() -> new IllegalStateException("a host needs an identity")), random);
    }
}
