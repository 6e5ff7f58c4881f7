package io.adit.libp2p.gossipsub;

import io.adit.libp2p.Connection;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.multiaddr.MultiaddrProtocol;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where a peer's connections come from, as far as that says who shares an owner: an IPv6 address also counts as its /64. */
final class SourceAddresses {
    private static final int PREFIX_BYTES = 8;

    private SourceAddresses() {}

    static Set<String> of(List<Connection> connections) {
        var addresses = new LinkedHashSet<String>();
        for (var connection : connections) {
            ip(connection.remoteAddress()).filter(ip -> !ip.isLoopbackAddress()).ifPresent(ip -> {
                addresses.add(ip.getHostAddress());
                if (ip instanceof Inet6Address) {
                    var prefix = Arrays.copyOf(ip.getAddress(), PREFIX_BYTES);
                    addresses.add(Arrays.toString(prefix) + "/64");
                }
            });
        }
        return addresses;
    }

    /** None of a peer behind a relay: the address is the relay's. */
    private static Optional<InetAddress> ip(Multiaddr address) {
        if (address.components().stream().anyMatch(each -> each.protocol() == MultiaddrProtocol.P2P_CIRCUIT)) {
            return Optional.empty();
        }
        return address.value(MultiaddrProtocol.IP4)
                .or(() -> address.value(MultiaddrProtocol.IP6))
                .map(NetUtil::createInetAddressFromIpAddressString);
    }
}
