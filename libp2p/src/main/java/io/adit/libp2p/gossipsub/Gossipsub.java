package io.adit.libp2p.gossipsub;

import io.adit.libp2p.AddressBook;
import io.adit.libp2p.Connection;
import io.adit.libp2p.Host;
import io.adit.libp2p.Pulse;
import io.adit.libp2p.gossipsub.PeerState.Speaks;
import io.adit.libp2p.gossipsub.Rpc.ExchangedPeer;
import io.adit.libp2p.gossipsub.TopicValidator.Verdict;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.wire.MalformedWireException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes to topics and subscribes to them, by gossipsub v1.1.
 *
 * {@snippet :
 * var gossipsub = Gossipsub.at(host, identity).scoring(ScoreParameters.defaults(List.of(topic))).start();
 * gossipsub.validate(topic, message -> isAnnouncement(message.data()) ? Verdict.ACCEPT : Verdict.REJECT);
 * var announcements = gossipsub.subscribe(topic);
 * gossipsub.publish(topic, announcement);
 * }
 */
public final class Gossipsub implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gossipsub.class);
    private static final Duration CONNECTING = Duration.ofSeconds(30);
    private static final int MAX_CONNECTING = 8;
    /** What topic, author, signature and key add to the data; an RSA key is the largest of them. */
    private static final int ENVELOPE_BYTES = 8 << 10;

    private static final int WAITING_MESSAGES = 64;
    private static final int ADDRESS_BEATS = 60;
    private static final int DIRECT_BEATS = 300;

    private final Host host;
    private final GossipParameters parameters;
    private final MessageIdRule ids;
    private final Signing signing;
    private final Pulse pulse;
    private final ReentrantLock lock = new ReentrantLock();
    private final Router router;
    private final PeerLinks links;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("gossipsub-", 0).factory());
    private final Semaphore connecting = new Semaphore(MAX_CONNECTING);
    private final Map<String, TopicValidator> validators = new ConcurrentHashMap<>();
    private final Map<String, List<TopicSubscription>> subscriptions = new HashMap<>();
    private Runnable stopPulse = () -> {};
    private long beats;

    Gossipsub(GossipsubBuilder builder) {
        this.host = builder.host;
        this.parameters = builder.parameters;
        this.ids = builder.ids;
        this.pulse = builder.pulse;
        this.signing = new Signing(builder.policy, builder.identity, nanos(builder.clock.instant()));
        this.router = new Router(
                builder.parameters, builder.scoring, builder.direct, builder.clock, builder.random, this::connect);
        this.links = new PeerLinks(host, new StreamEvents(), threads);
    }

    private static long nanos(Instant now) {
        return Math.addExact(Math.multiplyExact(now.getEpochSecond(), 1_000_000_000L), now.getNano());
    }

    /** At a host, which this neither starts nor closes; {@code identity} is the host's. */
    public static GossipsubBuilder at(Host host, Identity identity) {
        if (!identity.peerId().equals(host.peerId())) {
            throw new IllegalArgumentException("messages must be signed by the host's own identity");
        }
        return new GossipsubBuilder(host, identity);
    }

    void begin() {
        links.begin();
        stopPulse = pulse.every(parameters.heartbeat(), this::heartbeat);
    }

    /** Joins a topic, if that has not been done yet; all subscriptions get each message. */
    public TopicSubscription subscribe(String topic) {
        checkTopic(topic);
        var subscription = new TopicSubscription(topic, WAITING_MESSAGES, this::unsubscribe);
        locked(() -> {
            subscriptions.computeIfAbsent(topic, key -> new ArrayList<>()).add(subscription);
            router.join(topic);
        });
        return subscription;
    }

    private void unsubscribe(TopicSubscription subscription) {
        locked(() -> {
            var others = subscriptions.get(subscription.topic());
            if (others != null && others.remove(subscription) && others.isEmpty()) {
                subscriptions.remove(subscription.topic());
                router.leave(subscription.topic());
            }
        });
    }

    /** Has this decide about the messages of a topic from now on, in place of whatever did before. */
    public void validate(String topic, TopicValidator validator) {
        checkTopic(topic);
        validators.put(topic, validator);
    }

    private static void checkTopic(String topic) {
        if (topic.isEmpty() || topic.length() > Peers.MAX_TOPIC_CHARACTERS) {
            throw new IllegalArgumentException(
                    "topic must have 1 to " + Peers.MAX_TOPIC_CHARACTERS + " characters, not " + topic.length());
        }
    }

    /**
     * Sends a message to the topic's peers, and to the subscriptions here. Nobody confirms it: without peers it is lost,
     * unless some come within the next heartbeats.
     *
     * @throws IllegalArgumentException if it is too large (1 MiB less 8 KiB), or the validator here does not accept it
     */
    public MessageId publish(String topic, byte[] data) {
        checkTopic(topic);
        if (data.length > RpcCodec.MAX_BYTES - ENVELOPE_BYTES) {
            throw new IllegalArgumentException("message of " + data.length + " bytes; at most "
                    + (RpcCodec.MAX_BYTES - ENVELOPE_BYTES) + " can be published");
        }
        var wire = signing.own(topic, data.clone());
        var message = message(wire, host.peerId());
        if (judge(message) != Verdict.ACCEPT) {
            throw new IllegalArgumentException(
                    "the validator of topic " + topic + " does not accept the message to publish");
        }
        locked(() -> {
            if (router.begin(message)) {
                router.publish(message, wire, true);
                deliver(message);
            }
        });
        return message.id();
    }

    private GossipMessage message(PubsubMessage wire, PeerId receivedFrom) {
        return new GossipMessage(ids.idOf(wire), wire.topic(), wire.author(), receivedFrom, wire.content());
    }

    private Verdict judge(GossipMessage message) {
        try {
            var validator = validators.get(message.topic());
            return validator == null ? Verdict.ACCEPT : validator.validate(message);
        } catch (RuntimeException e) {
            LOG.warn("the validator of topic {} failed; the message is ignored", message.topic(), e);
            return Verdict.IGNORE;
        }
    }

    /** With the lock held: whoever reads in order gets them in order. */
    private void deliver(GossipMessage message) {
        subscriptions.getOrDefault(message.topic(), List.of()).forEach(each -> each.deliver(message));
    }

    /** Peers known to have subscribed to a topic. */
    public Set<PeerId> peers(String topic) {
        return locked(() -> Set.copyOf(router.peers().subscribers(topic)));
    }

    /** Peers in the mesh of a topic; none if it was not joined. */
    public Set<PeerId> mesh(String topic) {
        return locked(() -> Set.copyOf(router.topology().mesh.getOrDefault(topic, Set.of())));
    }

    /** The score of every peer that is connected, or remembered for having a bad one. */
    public Map<PeerId, Double> scores() {
        return locked(() -> router.scores().all());
    }

    private void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    private <T> T locked(Supplier<T> question) {
        lock.lock();
        try {
            return question.get();
        } finally {
            lock.unlock();
        }
    }

    private void heartbeat() {
        try {
            locked(router::heartbeat);
            beats++;
            if (beats % ADDRESS_BEATS == 0) {
                refreshAddresses();
            }
            if (beats % DIRECT_BEATS == 1) {
                connect(locked(router::missingDirect).stream()
                        .map(peer -> new ExchangedPeer(peer, Optional.empty()))
                        .toList());
            }
        } catch (RuntimeException e) {
            LOG.error("a gossipsub heartbeat failed", e);
        }
    }

    private void refreshAddresses() {
        var all = new HashMap<PeerId, List<Connection>>();
        host.connections()
                .forEach(each -> all.computeIfAbsent(each.remotePeer(), key -> new ArrayList<>())
                        .add(each));
        var addresses = new HashMap<PeerId, Set<String>>();
        all.forEach((peer, connections) -> addresses.put(peer, SourceAddresses.of(connections)));
        locked(() -> router.moved(addresses));
    }

    /** Those for whom there is no room now are left out. */
    private void connect(List<ExchangedPeer> peers) {
        for (var peer : peers) {
            if (peer.peer().equals(host.peerId()) || !connecting.tryAcquire()) {
                continue;
            }
            try {
                threads.execute(() -> connect(peer));
            } catch (RejectedExecutionException e) {
                connecting.release();
            }
        }
    }

    private void connect(ExchangedPeer wanted) {
        var peer = wanted.peer();
        try {
            var addresses = wanted.signedRecord()
                    .map(signed -> SignedAddresses.in(signed, peer))
                    .orElse(List.of());
            host.addressBook().add(peer, addresses, AddressBook.AFTER_A_CLAIM);
            host.connect(peer, CONNECTING);
        } catch (IOException | MalformedWireException e) {
            LOG.debug("cannot connect to gossipsub peer {}: {}", peer, e.getMessage());
        } finally {
            connecting.release();
        }
    }

    /** Leaves all topics and closes the streams; the host stays. */
    @Override
    public void close() {
        stopPulse.run();
        links.close();
        threads.shutdownNow();
    }

    /** What the streams tell. */
    private final class StreamEvents implements PeerLinks.Listener {
        @Override
        public void opened(PeerId peer, Speaks speaks, Connection connection, RpcSink sink) {
            var addresses = SourceAddresses.of(List.of(connection));
            locked(() -> router.connected(peer, speaks, connection.isInitiator(), addresses, sink));
        }

        @Override
        public void lost(PeerId peer) {
            locked(() -> router.disconnected(peer));
        }

        @Override
        public void gone(PeerId peer) {
            locked(() -> {
                if (!links.isLinked(peer)) {
                    router.gone(peer);
                }
            });
        }

        @Override
        public void received(PeerId peer, Rpc rpc) {
            var accepted = locked(() -> {
                router.subscribed(peer, rpc.subscriptions());
                if (!router.accepts(peer)) {
                    return false;
                }
                router.control(peer, rpc);
                return true;
            });
            if (accepted) {
                rpc.messages().forEach(wire -> received(peer, wire));
            }
        }

        private void received(PeerId peer, PubsubMessage wire) {
            if (!locked(() -> router.topology().joined(wire.topic()))) {
                return;
            }
            if (!wire.isCounted()) {
                LOG.debug("{} passes on a message whose sequence number has not eight bytes", peer);
                return; // unblamed: others may pass on what only its author has made wrong
            }
            var message = message(wire, peer);
            if (message.id().isTooLong()) {
                LOG.debug(
                        "{} passes on a message whose ID has {} bytes",
                        peer,
                        message.id().length());
                return;
            }
            var objection = signing.objection(wire, host.peerId());
            if (objection.isPresent()) {
                locked(() -> router.reject(message, objection.get()));
                return;
            }
            var seen = locked(() -> {
                var known = router.seen().contains(message.id());
                if (known) {
                    router.duplicate(message);
                }
                return known;
            });
            if (seen) {
                return;
            }
            if (!signing.isRight(wire)) {
                locked(() -> router.reject(message, Rejection.INVALID_SIGNATURE));
                return;
            }
            if (locked(() -> router.begin(message))) {
                var verdict = judge(message);
                locked(() -> decide(message, wire, verdict));
            }
        }

        private void decide(GossipMessage message, PubsubMessage wire, Verdict verdict) {
            switch (verdict) {
                case ACCEPT -> {
                    router.publish(message, wire, false);
                    deliver(message);
                }
                case REJECT -> router.reject(message, Rejection.INVALID);
                case IGNORE -> router.reject(message, Rejection.IGNORED);
            }
        }
    }
}
