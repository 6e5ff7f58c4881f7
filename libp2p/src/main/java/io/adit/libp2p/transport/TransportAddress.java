package io.adit.libp2p.transport;

import io.adit.libp2p.Deadline;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.multiaddr.MultiaddrProtocol;
import io.adit.libp2p.transport.TcpEndpoint.Carrier;
import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Between multiaddrs of the form {@code /<ip or dns>/…/tcp/<port>}, {@code …/ws}, {@code …/wss} and
 * {@code /<ip or dns>/…/udp/<port>/quic-v1}, and sockets.
 */
public final class TransportAddress {
    private static final List<MultiaddrProtocol> QUIC = List.of(MultiaddrProtocol.UDP, MultiaddrProtocol.QUIC_V1);

    private static final Set<MultiaddrProtocol> HOSTS = Set.of(
            MultiaddrProtocol.IP4,
            MultiaddrProtocol.IP6,
            MultiaddrProtocol.DNS,
            MultiaddrProtocol.DNS4,
            MultiaddrProtocol.DNS6);

    private TransportAddress() {}

    /** The first step of a multiaddr: {@code /ip4/…} or {@code /ip6/…}, the latter without a zone. */
    static String host(InetSocketAddress address) {
        var ip = address.getAddress();
        var text = NetUtil.toAddressString(ip);
        var zone = text.indexOf('%');
        return (ip instanceof Inet6Address ? "/ip6/" : "/ip4/") + (zone < 0 ? text : text.substring(0, zone));
    }

    /**
     * What is behind a multiaddr. Looks up names, so it may block.
     *
     * @throws Libp2pException UNREACHABLE if it is no address of this kind, or its name is unknown; TIMEOUT
     */
    public static List<Endpoint> resolve(Multiaddr address, Deadline deadline) throws Libp2pException {
        if (isQuic(address)) {
            return sockets(address, deadline).stream()
                    .<Endpoint>map(QuicEndpoint::new)
                    .toList();
        }
        var carrier = carrier(address);
        if (carrier.isEmpty()) {
            throw new Libp2pException(
                    Kind.UNREACHABLE,
                    "cannot use " + address + ": only /<ip4, ip6 or dns>/…/tcp/… is supported, plain, /ws or"
                            + " /wss, and …/udp/…/quic-v1");
        }
        var host = address.components().getFirst().value();
        var name = address.value(MultiaddrProtocol.SNI).orElse(host);
        return sockets(address, deadline).stream()
                .<Endpoint>map(socket -> new TcpEndpoint(socket, carrier.get(), name))
                .toList();
    }

    private static Optional<Carrier> carrier(Multiaddr address) {
        var steps = address.withoutPeer().map(Multiaddr::components).orElse(List.of());
        var isTcp = steps.size() >= 2 && steps.get(1).protocol() == MultiaddrProtocol.TCP;
        return isTcp ? Carrier.of(steps.subList(2, steps.size())) : Optional.empty();
    }

    /** Whether it is of a form that is dialled directly, with a peer at its end or without; looks nothing up. */
    public static boolean isDialable(Multiaddr address) {
        return HOSTS.contains(address.components().getFirst().protocol())
                && (isQuic(address) || carrier(address).isPresent());
    }

    /** Whether it is {@code /<host>/udp/<port>/quic-v1}, with a peer at its end or without. */
    public static boolean isQuic(Multiaddr address) {
        var steps = address.withoutPeer().map(Multiaddr::components).orElse(List.of());
        return steps.size() == 3
                && steps.stream()
                        .skip(1)
                        .map(Multiaddr.Component::protocol)
                        .toList()
                        .equals(QUIC);
    }

    private static List<InetSocketAddress> sockets(Multiaddr address, Deadline deadline) throws Libp2pException {
        var host = address.components().getFirst();
        var port = Integer.parseInt(address.components().get(1).value());
        return switch (host.protocol()) {
            case IP4, IP6 ->
                List.of(new InetSocketAddress(NetUtil.createInetAddressFromIpAddressString(host.value()), port));
            case DNS -> lookUp(host.value(), port, InetAddress.class, deadline);
            case DNS4 -> lookUp(host.value(), port, Inet4Address.class, deadline);
            case DNS6 -> lookUp(host.value(), port, Inet6Address.class, deadline);
            default ->
                throw new Libp2pException(
                        Kind.UNREACHABLE, "cannot use " + address + ": /" + host.protocol() + " is no host");
        };
    }

    /** The same addresses, IPv6 and IPv4 by turns and IPv6 first (RFC 8305, section 4). */
    public static List<Endpoint> interleave(List<Endpoint> addresses) {
        var six = addresses.stream().filter(TransportAddress::isIpv6).iterator();
        var four = addresses.stream().filter(address -> !isIpv6(address)).iterator();
        var mixed = new ArrayList<Endpoint>();
        while (six.hasNext() || four.hasNext()) {
            if (six.hasNext()) {
                mixed.add(six.next());
            }
            if (four.hasNext()) {
                mixed.add(four.next());
            }
        }
        return mixed;
    }

    private static boolean isIpv6(Endpoint address) {
        return address.socket().getAddress() instanceof Inet6Address;
    }

    private static List<InetSocketAddress> lookUp(
            String host, int port, Class<? extends InetAddress> family, Deadline deadline) throws Libp2pException {
        var found = Stream.of(lookUp(host, deadline))
                .filter(family::isInstance)
                .map(ip -> new InetSocketAddress(ip, port))
                .toList();
        if (found.isEmpty()) {
            throw new Libp2pException(Kind.UNREACHABLE, "host " + host + " has no address of the family asked for");
        }
        return found;
    }

    /** The system's look-up knows no deadline and cannot be interrupted: when it is late it is left to itself. */
    private static InetAddress[] lookUp(String host, Deadline deadline) throws Libp2pException {
        var found = new FutureTask<>(() -> InetAddress.getAllByName(host));
        // A platform thread, because native code would hold the carrier of a virtual one for as long as it takes.
        Thread.ofPlatform().daemon().name("libp2p-lookup").start(found);
        try {
            return found.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new Libp2pException(Kind.UNREACHABLE, "host " + host + " is unknown", e);
        } catch (TimeoutException e) {
            throw new Libp2pException(
                    Kind.TIMEOUT, "deadline passed while the address of " + host + " was looked up", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Libp2pException(Kind.CLOSED, "interrupted while the address of " + host + " was looked up", e);
        }
    }

    /** A bound address, or one for each network interface if it is bound to all of them. */
    public static List<Endpoint> reachable(Endpoint bound) {
        return reachable(bound.socket()).stream().<Endpoint>map(bound::at).toList();
    }

    private static List<InetSocketAddress> reachable(InetSocketAddress bound) {
        if (!bound.getAddress().isAnyLocalAddress()) {
            return List.of(bound);
        }
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(ip -> !ip.isLinkLocalAddress())
                    .filter(ip -> bound.getAddress() instanceof Inet6Address || ip instanceof Inet4Address)
                    .map(ip -> new InetSocketAddress(ip, bound.getPort()))
                    .toList();
        } catch (SocketException e) {
            return List.of(bound);
        }
    }
}
