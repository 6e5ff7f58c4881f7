package io.adit.market.fetch;

import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.multiaddr.MultiaddrProtocol;
import io.adit.libp2p.transport.TransportAddress;
import io.adit.libp2p.wire.MalformedWireException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where a client serves data by HTTP over libp2p, as Boost writes it: {@code libp2p://} and a multiaddress that ends in a peer ID,
 * {@code libp2p:///ip4/…/tcp/…/p2p/…}. Addresses through relays are none: what relays let pass is no piece.
 */
record PeerAddress(Multiaddr address) {
    private static final String PREFIX = "libp2p://";

    static boolean isOne(String url) {
        return url.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
    }

    static boolean isOne(URI url) {
        return "libp2p".equalsIgnoreCase(url.getScheme());
    }

    /** @throws FetchException FETCH_URL_REFUSED */
    static PeerAddress parse(String url) {
        try {
            var address = Multiaddr.parse(url.substring(PREFIX.length()));
            if (address.peerId().isEmpty() || !TransportAddress.isDialable(address)) {
                throw refused("it is not /<ip4, ip6, dns, dns4 or dns6>/…/tcp/… with /ws, /wss or neither, or"
                        + " …/udp/…/quic-v1, and then /p2p/<peer ID>");
            }
            return new PeerAddress(address);
        } catch (MalformedWireException e) {
            throw refused("it is no multiaddress");
        }
    }

    private static FetchException refused(String why) {
        return new FetchException(FetchErrorCode.FETCH_URL_REFUSED, "the URL's libp2p address is not followed: " + why);
    }

    PeerId peer() {
        return address.peerId().orElseThrow();
    }

    /** As a URL has it: a name, or an IP address, in brackets if it is one of IPv6. */
    String host() {
        var first = address.components().getFirst();
        return first.protocol() == MultiaddrProtocol.IP6 ? "[" + first.value() + "]" : first.value();
    }

    /** Names that would be told to a server and stand for nothing that is connected to; empty for most. */
    List<String> names() {
        return address.value(MultiaddrProtocol.SNI).stream().toList();
    }

    /** Whether an address that the name has is of the family that is asked for. */
    boolean takes(InetAddress ip) {
        return switch (address.components().getFirst().protocol()) {
            case DNS4 -> ip instanceof Inet4Address;
            case DNS6 -> ip instanceof Inet6Address;
            default -> true;
        };
    }

    /** The same with this IP address in place of the name, which only a certificate is checked against any more. */
    Multiaddr at(InetAddress ip) {
        var steps = address.components();
        var rest = steps.stream().skip(1).map(Object::toString).collect(Collectors.joining());
        var isNamed = steps.getFirst().protocol() != MultiaddrProtocol.IP4
                && steps.getFirst().protocol() != MultiaddrProtocol.IP6;
        if (isNamed && names().isEmpty()) {
            var secured = "/tls/sni/" + steps.getFirst().value() + "/ws";
            rest = rest.replaceFirst("/wss(?=/|$)|/tls/ws(?=/|$)", secured);
        }
        return Multiaddr.parse((ip instanceof Inet6Address ? "/ip6/" : "/ip4/") + text(ip) + rest);
    }

    private static String text(InetAddress ip) {
        return ip.getHostAddress().split("%", 2)[0];
    }
}
