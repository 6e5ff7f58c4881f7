package io.adit.libp2p.gossipsub;

import io.adit.libp2p.identity.PeerId;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** To whom this host passes messages on: the mesh of each topic joined, and the fanout of those only published to. */
final class Topology {
    final Map<String, Set<PeerId>> mesh = new LinkedHashMap<>();
    final Map<String, Fanout> fanout = new HashMap<>();
    final Backoffs backoffs = new Backoffs();

    static final class Fanout {
        final Set<PeerId> peers = new LinkedHashSet<>();
        Instant lastPublished;

        Fanout(Instant lastPublished) {
            this.lastPublished = lastPublished;
        }
    }

    boolean joined(String topic) {
        return mesh.containsKey(topic);
    }

    boolean inMesh(String topic, PeerId peer) {
        return mesh.getOrDefault(topic, Set.of()).contains(peer);
    }

    void forget(PeerId peer) {
        mesh.values().forEach(peers -> peers.remove(peer));
        fanout.values().forEach(each -> each.peers.remove(peer));
    }
}
