package io.adit.libp2p.gossipsub;

import io.adit.libp2p.gossipsub.Rpc.ExchangedPeer;
import io.adit.libp2p.gossipsub.Rpc.IHave;
import io.adit.libp2p.gossipsub.Rpc.Prune;
import io.adit.libp2p.identity.PeerId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/** What a heartbeat does to meshes and fanouts, and what it advertises (gossipsub v1.1, "Heartbeat"). */
final class MeshUpkeep {
    private final GossipParameters rules;
    private final Scores scores;
    private final Peers peers;
    private final Topology topology;
    private final Set<PeerId> direct;
    private final RandomGenerator random;
    private long ticks;

    MeshUpkeep(
            GossipParameters rules,
            Scores scores,
            Peers peers,
            Topology topology,
            Set<PeerId> direct,
            RandomGenerator random) {
        this.rules = rules;
        this.scores = scores;
        this.peers = peers;
        this.topology = topology;
        this.direct = direct;
        this.random = random;
    }

    /** @return what to send */
    Map<PeerId, Rpc> heartbeat(Instant now, MessageCache cache) {
        ticks++;
        var beat = new Beat(now);
        topology.mesh.forEach((topic, mesh) -> {
            beat.keep(topic, mesh);
            beat.advertise(topic, mesh, cache.recent(topic));
        });
        topology.fanout
                .values()
                .removeIf(
                        fanout -> fanout.lastPublished.plus(rules.fanoutTime()).isBefore(now));
        topology.fanout.forEach((topic, fanout) -> {
            beat.keepFanout(topic, fanout.peers);
            beat.advertise(topic, fanout.peers, cache.recent(topic));
        });
        return beat.rpcs();
    }

    /** What a peer is told that leaves the mesh; one that speaks v1.0 could read no more than the topic. */
    Prune prune(PeerId peer, String topic, boolean exchange, Duration backoff) {
        var speaks = peers.state(peer).map(state -> state.speaks).orElse(PeerState.Speaks.MESH);
        if (speaks != PeerState.Speaks.EXCHANGE) {
            return new Prune(topic, List.of(), Optional.empty());
        }
        var others = exchange
                ? peers
                        .choose(
                                topic,
                                rules.exchangePeers(),
                                random,
                                other -> !other.equals(peer) && scores.of(other) >= 0)
                        .stream()
                        .map(other -> new ExchangedPeer(other, Optional.empty()))
                        .toList()
                : List.<ExchangedPeer>of();
        return new Prune(topic, others, Optional.of(backoff));
    }

    /** One heartbeat: each peer's score is taken once. */
    private final class Beat {
        private final Instant now;
        private final Map<PeerId, Double> taken = new HashMap<>();
        private final Map<PeerId, List<String>> grafts = new LinkedHashMap<>();
        private final Map<PeerId, List<Prune>> prunes = new LinkedHashMap<>();
        private final Map<PeerId, List<IHave>> advertised = new LinkedHashMap<>();

        Beat(Instant now) {
            this.now = now;
        }

        private double score(PeerId peer) {
            return taken.computeIfAbsent(peer, scores::of);
        }

        void keep(String topic, Set<PeerId> mesh) {
            for (var peer : List.copyOf(mesh)) {
                if (score(peer) < 0) {
                    drop(topic, mesh, peer, false);
                }
            }
            var degree = rules.degree();
            if (mesh.size() < degree.low()) {
                add(topic, mesh, degree.target() - mesh.size(), peer -> score(peer) >= 0);
            }
            if (mesh.size() >= degree.high()) {
                surplus(mesh).forEach(peer -> drop(topic, mesh, peer, rules.exchangePeers() > 0));
            }
            if (mesh.size() >= degree.low()) {
                var outbound = (int) mesh.stream().filter(peers::outbound).count();
                add(topic, mesh, degree.outbound() - outbound, peer -> peers.outbound(peer) && score(peer) >= 0);
            }
            if (ticks % degree.opportunisticTicks() == 0 && mesh.size() > 1) {
                improve(topic, mesh);
            }
        }

        /** Better peers for a mesh whose median is bad. */
        private void improve(String topic, Set<PeerId> mesh) {
            var median = mesh.stream().map(this::score).sorted().toList().get(mesh.size() / 2);
            if (median < scores.thresholds().opportunisticGraft()) {
                add(topic, mesh, rules.degree().opportunisticPeers(), peer -> score(peer) > median);
            }
        }

        private void add(String topic, Set<PeerId> mesh, int count, Predicate<PeerId> eligible) {
            if (count <= 0) {
                return;
            }
            var more = peers.choose(
                    topic,
                    count,
                    random,
                    peer -> !mesh.contains(peer)
                            && !topology.backoffs.holds(topic, peer)
                            && !direct.contains(peer)
                            && eligible.test(peer));
            for (var peer : more) {
                mesh.add(peer);
                scores.grafted(peer, topic, now);
                grafts.computeIfAbsent(peer, key -> new ArrayList<>()).add(topic);
            }
        }

        private void drop(String topic, Set<PeerId> mesh, PeerId peer, boolean exchange) {
            mesh.remove(peer);
            scores.pruned(peer, topic);
            topology.backoffs.add(topic, peer, now.plus(rules.pruneBackoff()));
            prunes.computeIfAbsent(peer, key -> new ArrayList<>())
                    .add(prune(peer, topic, exchange, rules.pruneBackoff()));
        }

        /** Who has to leave: the best stay by score, others by chance, enough of them dialled from here. */
        private List<PeerId> surplus(Set<PeerId> mesh) {
            var degree = rules.degree();
            var order = new ArrayList<>(mesh);
            Peers.shuffle(order, random);
            order.sort(Comparator.comparingDouble(this::score).reversed());
            Peers.shuffle(order.subList(degree.best(), order.size()), random);
            var kept = order.subList(0, degree.target());
            var missing = degree.outbound()
                    - (int) kept.stream().filter(peers::outbound).count();
            // From the last of those kept on, inbound ones make room for outbound ones that would have to go.
            var last = degree.target() - 1;
            for (var next = degree.target(); next < order.size() && missing > 0; next++) {
                if (!peers.outbound(order.get(next))) {
                    continue;
                }
                while (last > 0 && peers.outbound(order.get(last))) {
                    last--;
                }
                Collections.swap(order, last, next);
                missing--;
            }
            return List.copyOf(order.subList(degree.target(), order.size()));
        }

        void keepFanout(String topic, Set<PeerId> fanout) {
            fanout.removeIf(peer -> !peers.subscribers(topic).contains(peer)
                    || score(peer) < scores.thresholds().publish());
            fanout.addAll(peers.choose(
                    topic,
                    rules.degree().target() - fanout.size(),
                    random,
                    peer -> !fanout.contains(peer)
                            && !direct.contains(peer)
                            && score(peer) >= scores.thresholds().publish()));
        }

        /** Tells some of those outside the mesh what this host could deliver. */
        void advertise(String topic, Set<PeerId> mesh, List<MessageId> ids) {
            if (ids.isEmpty()) {
                return;
            }
            var others = peers.choose(
                    topic,
                    Integer.MAX_VALUE,
                    random,
                    peer -> !mesh.contains(peer)
                            && !direct.contains(peer)
                            && score(peer) >= scores.thresholds().gossip());
            var gossip = rules.gossip();
            var count = Math.max(gossip.lazy(), (int) (gossip.factor() * others.size()));
            for (var peer : others.subList(0, Math.min(count, others.size()))) {
                var told = new ArrayList<>(ids);
                Peers.shuffle(told, random);
                advertised
                        .computeIfAbsent(peer, key -> new ArrayList<>())
                        .add(new IHave(topic, told.subList(0, Math.min(told.size(), gossip.maxIds()))));
            }
        }

        Map<PeerId, Rpc> rpcs() {
            var rpcs = new LinkedHashMap<PeerId, Rpc>();
            prunes.forEach((peer, each) -> rpcs.merge(peer, Rpc.mesh(List.of(), each), Rpc::and));
            grafts.forEach((peer, topics) -> rpcs.merge(peer, Rpc.mesh(topics, List.of()), Rpc::and));
            advertised.forEach((peer, each) -> rpcs.merge(peer, Rpc.iHave(each), Rpc::and));
            return rpcs;
        }
    }
}
