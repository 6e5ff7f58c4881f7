package io.adit.libp2p.gossipsub;

import io.adit.libp2p.gossipsub.PeerState.Speaks;
import io.adit.libp2p.gossipsub.Rpc.ExchangedPeer;
import io.adit.libp2p.gossipsub.Rpc.Prune;
import io.adit.libp2p.gossipsub.Rpc.Subscribed;
import io.adit.libp2p.gossipsub.Topology.Fanout;
import io.adit.libp2p.identity.PeerId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Decides what each peer is sent (gossipsub v1.0, "Router", and v1.1). It neither waits nor does I/O; one lock of its owner
 * guards it. Who grafts, prunes and advertises what between heartbeats is here; what a heartbeat does is in
 * {@link MeshUpkeep}.
 */
final class Router {
    /** RPCs larger than that are sent in parts: half of what go-libp2p-pubsub takes as control messages. */
    private static final int PART_BYTES = 256 << 10;
    /** What the messages of the last heartbeats may take together. */
    private static final long CACHE_BYTES = 32L << 20;

    private final GossipParameters rules;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Set<PeerId> direct;
    private final Consumer<List<ExchangedPeer>> exchanged;
    private final Topology topology = new Topology();
    private final Peers peers = new Peers(topology::joined);
    private final MessageCache cache;
    private final SeenMessages seen;
    private final Promises promises;
    private final Scores scores;
    private final MeshUpkeep upkeep;

    /**
     * @param direct peers that get everything, whatever their score, and are in no mesh
     * @param exchanged told of peers that might be dialled; must not wait
     */
    Router(
            GossipParameters rules,
            ScoreParameters scoring,
            Set<PeerId> direct,
            InstantSource clock,
            RandomGenerator random,
            Consumer<List<ExchangedPeer>> exchanged) {
        this.rules = rules;
        this.clock = clock;
        this.random = random;
        this.direct = Set.copyOf(direct);
        this.exchanged = exchanged;
        this.cache = new MessageCache(rules.gossip().history(), rules.gossip().advertised(), CACHE_BYTES);
        this.seen = new SeenMessages(rules.seenTime());
        this.promises = new Promises(rules.gossip().followUp());
        this.scores = new Scores(scoring, rules.seenTime());
        this.upkeep = new MeshUpkeep(rules, scores, peers, topology, this.direct, random);
    }

    Peers peers() {
        return peers;
    }

    Topology topology() {
        return topology;
    }

    Scores scores() {
        return scores;
    }

    SeenMessages seen() {
        return seen;
    }

    /** This side's stream to a peer is open; it is told the topics that this host has joined. */
    void connected(PeerId peer, Speaks speaks, boolean outbound, Set<String> addresses, RpcSink sink) {
        var state = peers.arrive(peer);
        state.speaks = speaks;
        state.outbound = outbound;
        state.sink = Optional.of(sink);
        scores.connected(peer, addresses);
        var joined = topology.mesh.keySet().stream()
                .map(topic -> new Subscribed(topic, true))
                .toList();
        if (!joined.isEmpty()) {
            send(peer, Rpc.subscriptions(joined));
        }
    }

    /** This side's stream to a peer has ended; its own may go on. */
    void disconnected(PeerId peer) {
        peers.state(peer).ifPresent(state -> state.sink = Optional.empty());
        topology.mesh.forEach((topic, mesh) -> {
            if (mesh.contains(peer)) {
                scores.pruned(peer, topic);
            }
        });
        topology.forget(peer);
    }

    /** No stream is left. Its score counts until then: what it sends is still looked at. */
    void gone(PeerId peer) {
        scores.disconnected(peer, clock.instant());
        peers.leave(peer);
        topology.forget(peer);
    }

    void subscribed(PeerId peer, List<Subscribed> changes) {
        for (var topic : peers.change(peer, changes)) {
            var mesh = topology.mesh.get(topic);
            if (mesh != null && mesh.remove(peer)) {
                scores.pruned(peer, topic);
            }
        }
    }

    /** Whether anything of a peer is looked at. */
    boolean accepts(PeerId peer) {
        return direct.contains(peer) || scores.of(peer) >= scores.thresholds().graylist();
    }

    /** Answers what a peer advertises, asks for, grafts and prunes. */
    void control(PeerId peer, Rpc rpc) {
        var answer = Rpc.iWant(wanted(peer, rpc)).and(Rpc.messages(asked(peer, rpc)));
        answer = answer.and(Rpc.mesh(List.of(), refused(peer, rpc)));
        pruned(peer, rpc.prune());
        if (!answer.isEmpty()) {
            send(peer, answer);
        }
    }

    private List<MessageId> wanted(PeerId peer, Rpc rpc) {
        var state = peers.arrive(peer);
        if (rpc.iHave().isEmpty() || scores.of(peer) < scores.thresholds().gossip()) {
            return List.of();
        }
        if (++state.advertisements > rules.gossip().maxAdvertisements()
                || state.asked >= rules.gossip().maxIds()) {
            return List.of();
        }
        var missing = new LinkedHashSet<MessageId>();
        for (var have : rpc.iHave()) {
            if (topology.joined(have.topic())) {
                have.ids().stream()
                        .limit(rules.gossip().maxIds())
                        .filter(id -> !seen.contains(id))
                        .forEach(missing::add);
            }
        }
        if (missing.isEmpty()) {
            return List.of();
        }
        var ask = new ArrayList<>(missing);
        Peers.shuffle(ask, random);
        var asking =
                List.copyOf(ask.subList(0, Math.min(ask.size(), rules.gossip().maxIds() - state.asked)));
        state.asked += asking.size();
        promises.add(peer, asking, clock.instant(), random);
        return asking;
    }

    private List<PubsubMessage> asked(PeerId peer, Rpc rpc) {
        if (rpc.iWant().isEmpty() || scores.of(peer) < scores.thresholds().gossip()) {
            return List.of();
        }
        return rpc.iWant().stream()
                .distinct()
                .flatMap(id -> cache.forPeer(id, peer, rules.gossip().retransmissions()).stream())
                .toList();
    }

    /** Puts a peer in the meshes that it asks for; the answer to those that it may not be in. */
    private List<Prune> refused(PeerId peer, Rpc rpc) {
        var refused = new ArrayList<String>();
        var exchange = rules.exchangePeers() > 0;
        var score = scores.of(peer);
        for (var topic : rpc.graft()) {
            var mesh = topology.mesh.get(topic);
            if (mesh == null || mesh.contains(peer)) {
                // A topic that nobody here has joined is not answered, and none of its peers named.
                exchange &= mesh != null;
                continue;
            }
            if (!peers.meshes(peer)) {
                // Its stream has just ended: it would be counted on, and never get anything.
                exchange = false;
            } else if (direct.contains(peer)) {
                exchange = false;
                refused.add(topic);
            } else if (isBackedOff(peer, topic)) {
                exchange = false;
                penalise(peer, topic);
                backOff(topic, peer, rules.pruneBackoff());
                refused.add(topic);
            } else if (score < 0) {
                exchange = false;
                backOff(topic, peer, rules.pruneBackoff());
                refused.add(topic);
            } else if (mesh.size() >= rules.degree().high() && !peers.outbound(peer)) {
                backOff(topic, peer, rules.pruneBackoff());
                refused.add(topic);
            } else {
                mesh.add(peer);
                scores.grafted(peer, topic, clock.instant());
            }
        }
        var exchanges = exchange;
        return refused.stream()
                .distinct()
                .map(topic -> upkeep.prune(peer, topic, exchanges, rules.pruneBackoff()))
                .toList();
    }

    private boolean isBackedOff(PeerId peer, String topic) {
        return topology.backoffs
                .until(topic, peer)
                .filter(until -> clock.instant().isBefore(until))
                .isPresent();
    }

    /** Twice if the graft comes almost at once. */
    private void penalise(PeerId peer, String topic) {
        var flood = topology.backoffs
                .until(topic, peer)
                .map(until -> until.plus(rules.graftFlood()).minus(rules.pruneBackoff()))
                .filter(until -> clock.instant().isBefore(until));
        scores.misbehaved(peer, flood.isPresent() ? 2 : 1);
    }

    private void backOff(String topic, PeerId peer, Duration time) {
        topology.backoffs.add(topic, peer, clock.instant().plus(time));
    }

    private void pruned(PeerId peer, List<Prune> prunes) {
        for (var prune : prunes) {
            var mesh = topology.mesh.get(prune.topic());
            if (mesh == null) {
                continue;
            }
            if (mesh.remove(peer)) {
                scores.pruned(peer, prune.topic());
            }
            backOff(
                    prune.topic(),
                    peer,
                    prune.backoff().filter(Duration::isPositive).orElse(rules.pruneBackoff()));
            if (!prune.peers().isEmpty()
                    && scores.of(peer) >= scores.thresholds().acceptExchange()) {
                exchanged.accept(prune.peers());
            }
        }
    }

    /** Joins a topic's mesh and tells everybody. */
    void join(String topic) {
        if (topology.joined(topic)) {
            return;
        }
        var mesh = new LinkedHashSet<PeerId>();
        var fanout = topology.fanout.remove(topic);
        if (fanout != null) {
            fanout.peers.stream()
                    .filter(peer -> scores.of(peer) >= 0 && !topology.backoffs.holds(topic, peer))
                    .forEach(mesh::add);
        }
        mesh.addAll(peers.choose(
                topic,
                rules.degree().target() - mesh.size(),
                random,
                peer -> !mesh.contains(peer)
                        && !direct.contains(peer)
                        && !topology.backoffs.holds(topic, peer)
                        && scores.of(peer) >= 0));
        topology.mesh.put(topic, mesh);
        peers.reachable().forEach(peer -> send(peer, Rpc.subscriptions(List.of(new Subscribed(topic, true)))));
        for (var peer : mesh) {
            scores.grafted(peer, topic, clock.instant());
            send(peer, Rpc.mesh(List.of(topic), List.of()));
        }
    }

    void leave(String topic) {
        var mesh = topology.mesh.remove(topic);
        if (mesh == null) {
            return;
        }
        for (var peer : mesh) {
            scores.pruned(peer, topic);
            send(
                    peer,
                    Rpc.mesh(
                            List.of(),
                            List.of(upkeep.prune(peer, topic, rules.exchangePeers() > 0, rules.unsubscribeBackoff()))));
            backOff(topic, peer, rules.unsubscribeBackoff());
        }
        peers.reachable().forEach(peer -> send(peer, Rpc.subscriptions(List.of(new Subscribed(topic, false)))));
    }

    /** Validation of a message begins; a promise to send it is kept. False if it had been seen. */
    boolean begin(GossipMessage message) {
        var now = clock.instant();
        if (!seen.add(message.id(), now)) {
            scores.duplicate(message.id(), message.topic(), message.receivedFrom(), now);
            return false;
        }
        promises.fulfil(message.id());
        scores.validating(message.id(), now);
        return true;
    }

    void duplicate(GossipMessage message) {
        scores.duplicate(message.id(), message.topic(), message.receivedFrom(), clock.instant());
    }

    void reject(GossipMessage message, Rejection reason) {
        if (!reason.breaksPromise()) {
            promises.fulfil(message.id());
        }
        scores.rejected(message.id(), message.topic(), message.receivedFrom(), reason, clock.instant());
    }

    /** A valid message: passed on to whoever shall have it. */
    void publish(GossipMessage message, PubsubMessage wire, boolean local) {
        if (!local) {
            scores.delivered(message, clock.instant());
        }
        cache.put(message.id(), wire);
        var receivers = new LinkedHashSet<PeerId>();
        if (local && rules.floodPublish()) {
            peers.subscribers(message.topic()).stream().filter(this::mayReceive).forEach(receivers::add);
        } else {
            for (var peer : peers.subscribers(message.topic())) {
                if (direct.contains(peer) || (!peers.meshes(peer) && mayReceive(peer))) {
                    receivers.add(peer);
                }
            }
            var mesh = topology.mesh.get(message.topic());
            receivers.addAll(mesh == null ? fanout(message.topic()) : mesh);
        }
        receivers.remove(message.receivedFrom());
        message.author().ifPresent(receivers::remove);
        var rpc = Rpc.messages(List.of(wire));
        receivers.forEach(peer -> send(peer, rpc));
    }

    private boolean mayReceive(PeerId peer) {
        return direct.contains(peer) || scores.of(peer) >= scores.thresholds().publish();
    }

    private Set<PeerId> fanout(String topic) {
        var now = clock.instant();
        var fanout = topology.fanout.computeIfAbsent(topic, key -> new Fanout(now));
        fanout.lastPublished = now;
        if (fanout.peers.isEmpty()) {
            fanout.peers.addAll(peers.choose(
                    topic,
                    rules.degree().target(),
                    random,
                    peer -> !direct.contains(peer)
                            && scores.of(peer) >= scores.thresholds().publish()));
        }
        return fanout.peers;
    }

    /** Once an interval: counters, penalties, mesh, gossip. */
    void heartbeat() {
        var now = clock.instant();
        peers.forEach((peer, state) -> {
            state.advertisements = 0;
            state.asked = 0;
        });
        topology.backoffs.expire(now.minus(rules.heartbeat().multipliedBy(2)));
        seen.expire(now);
        promises.broken(now).forEach(scores::misbehaved);
        scores.refresh(now);
        upkeep.heartbeat(now, cache).forEach(this::send);
        cache.shift();
    }

    /** What a peer is to be asked to reconnect, if it is not there. */
    List<PeerId> missingDirect() {
        return direct.stream()
                .filter(peer -> peers.state(peer)
                        .filter(state -> state.sink.isPresent())
                        .isEmpty())
                .toList();
    }

    void moved(Map<PeerId, Set<String>> addresses) {
        addresses.forEach(scores::moved);
    }

    /** Queues an RPC, with what the peer's queue had no room for before and is still true. */
    private void send(PeerId peer, Rpc rpc) {
        var state = peers.state(peer).orElse(null);
        if (state == null || state.sink.isEmpty()) {
            return;
        }
        var sink = state.sink.get();
        for (var part : unsent(peer, state).and(rpc).parts(PART_BYTES)) {
            if (!sink.offer(part)) {
                state.unsentGrafts.addAll(part.graft());
                part.prune().forEach(prune -> state.unsentPrunes.put(prune.topic(), prune));
            }
        }
    }

    private Rpc unsent(PeerId peer, PeerState state) {
        if (state.unsentGrafts.isEmpty() && state.unsentPrunes.isEmpty()) {
            return Rpc.mesh(List.of(), List.of());
        }
        var grafts = state.unsentGrafts.stream()
                .filter(topic -> topology.inMesh(topic, peer))
                .toList();
        var prunes = state.unsentPrunes.values().stream()
                .filter(prune -> !topology.inMesh(prune.topic(), peer))
                .toList();
        state.unsentGrafts.clear();
        state.unsentPrunes.clear();
        return Rpc.mesh(grafts, prunes);
    }
}
