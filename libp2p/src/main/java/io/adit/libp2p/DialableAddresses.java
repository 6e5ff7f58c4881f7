package io.adit.libp2p;

import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.multiaddr.MultiaddrProtocol;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What of a peer's claims about its addresses may be dialled. A peer on the internet that names addresses of this host's
 * own network would have the host knock on its neighbours' doors; and names could mean anything.
 */
public final class DialableAddresses {
    private static final Set<MultiaddrProtocol> NAMES =
            Set.of(MultiaddrProtocol.DNS, MultiaddrProtocol.DNS4, MultiaddrProtocol.DNS6, MultiaddrProtocol.DNSADDR);

    private DialableAddresses() {}

    /** @param seen where the peer's connection comes from, or was dialled at */
    static List<Multiaddr> among(List<Multiaddr> claimed, Multiaddr seen) {
        // Who comes by WebSocket may be anybody: where a proxy stands in between, the address can be the proxy's.
        var inside =
                !isWebSocket(seen) && ip(seen).map(DialableAddresses::isInside).orElse(false);
        return claimed.stream()
                .filter(address ->
                        ip(address).filter(ip -> inside || !isInside(ip)).isPresent())
                .toList();
    }

    /** Whether an address is one of the internet, by its IP; names are not. */
    public static boolean isOutside(Multiaddr address) {
        return ip(address).filter(ip -> !isInside(ip)).isPresent();
    }

    private static boolean isWebSocket(Multiaddr address) {
        return address.components().stream()
                .anyMatch(each -> each.protocol() == MultiaddrProtocol.WS || each.protocol() == MultiaddrProtocol.WSS);
    }

    /** Whether it begins with a name. */
    static boolean isName(Multiaddr address) {
        return NAMES.contains(address.components().getFirst().protocol()) && isNothingBehindCircuit(address);
    }

    /** Where it leads: the first step is what is dialled, whatever stands behind. */
    private static Optional<InetAddress> ip(Multiaddr address) {
        var first = address.components().getFirst();
        var isIp = first.protocol() == MultiaddrProtocol.IP4 || first.protocol() == MultiaddrProtocol.IP6;
        return isIp && isNothingBehindCircuit(address)
                ? Optional.of(NetUtil.createInetAddressFromIpAddressString(first.value()))
                : Optional.empty();
    }

    /** Behind a circuit is a peer or nothing: no address is one of both sides of a relay. */
    private static boolean isNothingBehindCircuit(Multiaddr address) {
        return address.components().stream()
                .dropWhile(each -> each.protocol() != MultiaddrProtocol.P2P_CIRCUIT)
                .skip(1)
                .allMatch(each -> each.protocol() == MultiaddrProtocol.P2P);
    }

    private static boolean isInside(InetAddress ip) {
        return ip.isLoopbackAddress()
                || ip.isSiteLocalAddress()
                || ip.isLinkLocalAddress()
                || ip.isAnyLocalAddress()
                || ip.isMulticastAddress()
                || isUniqueLocal(ip)
                || isCarrierGrade(ip);
    }

    /** fc00::/7, RFC 4193. */
    private static boolean isUniqueLocal(InetAddress ip) {
        return ip instanceof Inet6Address && (ip.getAddress()[0] & 0xfe) == 0xfc;
    }

    /** 100.64.0.0/10, RFC 6598. */
    private static boolean isCarrierGrade(InetAddress ip) {
        var bytes = ip.getAddress();
        return bytes.length == 4 && bytes[0] == 100 && (bytes[1] & 0xc0) == 64;
    }
}
