package io.adit.libp2p.gossipsub;

import io.adit.libp2p.gossipsub.Rpc.Prune;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A peer with which there is a pubsub stream. */
final class PeerState {
    /** Topics that it has subscribed to. */
    final Set<String> topics = new LinkedHashSet<>();

    /** Grafts and prunes for which its queue had no room; by topic, so that they cannot pile up. */
    final Set<String> unsentGrafts = new LinkedHashSet<>();

    final Map<String, Prune> unsentPrunes = new LinkedHashMap<>();
    /** Open while this side's stream to it is. */
    Optional<RpcSink> sink = Optional.empty();

    Speaks speaks = Speaks.FLOODSUB;
    /** Whether this side dialled it. */
    boolean outbound;
    /** Since the last heartbeat. */
    int advertisements;
    /** IDs asked of it since the last heartbeat. */
    int asked;

    /** The protocols, each with what it can do beyond the one before. */
    enum Speaks {
        FLOODSUB("/floodsub/1.0.0"),
        MESH("/meshsub/1.0.0"),
        /** With back-off and peer exchange. */
        EXCHANGE("/meshsub/1.1.0");

        private final String protocol;

        Speaks(String protocol) {
            this.protocol = protocol;
        }

        String protocol() {
            return protocol;
        }
    }

    /** Whether it can be in a mesh. */
    boolean meshes() {
        return sink.isPresent() && speaks != Speaks.FLOODSUB;
    }
}
