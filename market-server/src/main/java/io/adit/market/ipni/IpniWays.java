package io.adit.market.ipni;

import io.adit.libp2p.multiaddr.Multiaddr;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where content is fetched.
 *
 * @param http public addresses of the HTTP server, where indexers read the chain, too; without one nothing is published
 * @param bitswap public libp2p addresses; none if bitswap is not to be advertised
 */
public record IpniWays(List<Multiaddr> http, List<Multiaddr> bitswap) {
    public IpniWays {
        http = List.copyOf(http);
        bitswap = List.copyOf(bitswap);
    }

    /** As advertisements have them. */
    List<String> addresses() {
        return Stream.concat(http.stream(), bitswap.stream())
                .map(Multiaddr::toString)
                .toList();
    }
}
