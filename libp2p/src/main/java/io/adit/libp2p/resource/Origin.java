package io.adit.libp2p.resource;

import io.adit.libp2p.identity.PeerId;
import java.net.InetAddress;

/**
 * Where connections come from, as far as that tells those apart who cannot choose it: a block of addresses, or a relay and
 * whom it brings.
 */
sealed interface Origin permits Subnet, Origin.Relays, Origin.Relay, Origin.BehindRelay {
    /** All that any relay brings. */
    enum Relays implements Origin {
        ALL;

        @Override
        public String toString() {
            return "";
        }
    }

    /** All that one relay brings. */
    record Relay(PeerId relay) implements Origin {
        @Override
        public String toString() {
            return "relay " + relay;
        }
    }

    /** One peer whom a relay brings, by the relay's word. */
    record BehindRelay(PeerId relay, PeerId peer) implements Origin {
        @Override
        public String toString() {
            return peer + " behind relay " + relay;
        }
    }

    /**
     * Both origins of one connection.
     *
     * @param wide many machines share it
     * @param narrow one machine, or few
     */
    record Pair(Origin wide, Scope wideScope, Origin narrow, Scope narrowScope) {
        static Pair of(InetAddress remote) {
            return new Pair(Subnet.of(remote), Scope.SUBNET, Subnet.single(remote), Scope.ADDRESS);
        }

        static Pair ofCircuit(PeerId relay, PeerId peer) {
            return new Pair(new Relay(relay), Scope.RELAY, new BehindRelay(relay, peer), Scope.PEER_BEHIND_RELAY);
        }

        boolean isCircuit() {
            return wideScope == Scope.RELAY;
        }
    }
}
