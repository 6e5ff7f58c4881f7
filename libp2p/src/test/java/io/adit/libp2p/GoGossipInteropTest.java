package io.adit.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.adit.libp2p.gossipsub.GossipMessage;
import io.adit.libp2p.gossipsub.GossipParameters;
import io.adit.libp2p.gossipsub.Gossipsub;
import io.adit.libp2p.gossipsub.ScoreParameters;
import io.adit.libp2p.gossipsub.SigningPolicy;
import io.adit.libp2p.gossipsub.TopicSubscription;
import io.adit.libp2p.gossipsub.TopicValidator.Verdict;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.identity.PeerId;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Gossipsub here against go-libp2p-pubsub 0.19. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class GoGossipInteropTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(40);
    private static final String TOPIC = "/adit/test/gossip";
    private static final String SCORED = "adit/scored";
    private static final GossipParameters QUICK = GossipParameters.defaults().withHeartbeat(Duration.ofMillis(200));

    private final List<AutoCloseable> open = new ArrayList<>();
    private GoPeer go;
    private GoPeer unsignedGo;

    @SuppressWarnings("NullAway.Init") // startPeers runs before every test
    GoGossipInteropTest() {}

    @BeforeAll
    void startPeers() throws Exception {
        go = GoPeer.startOrSkip();
        unsignedGo = GoPeer.startOrSkip();
    }

    @AfterEach
    void closeHosts() throws Exception {
        for (var each : open.reversed()) {
            each.close();
        }
        open.clear();
    }

    @AfterAll
    void stopPeers() {
        if (go != null) {
            go.close();
        }
        if (unsignedGo != null) {
            unsignedGo.close();
        }
    }

    private record Node(Host host, Gossipsub gossipsub) {}

    private Node start(KeyType type, GossipParameters parameters, SigningPolicy policy) throws Libp2pException {
        var identity = Identity.generate(type, new SecureRandom());
        var host =
                Host.builder().identity(identity).listen("/ip4/127.0.0.1/tcp/0").build();
        open.add(host);
        host.start();
        var gossipsub = Gossipsub.at(host, identity)
                .parameters(parameters)
                .policy(policy)
                .scoring(ScoreParameters.defaults(List.of(SCORED)))
                .start();
        open.add(gossipsub);
        return new Node(host, gossipsub);
    }

    private static PeerId peer(GoPeer go, KeyType type) {
        return go.address(type).peerId().orElseThrow();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(bytes(text));
    }

    private static GossipMessage next(TopicSubscription subscription) throws InterruptedException {
        return subscription.next(TIMEOUT).orElseThrow();
    }

    private static void awaitMesh(Node node, GoPeer go, KeyType type, String topic) {
        await().atMost(TIMEOUT)
                .until(() -> node.gossipsub().mesh(topic).contains(peer(go, type))
                        && go.run(type, "gossip-mesh", topic)
                                .contains(node.host().peerId().toString()));
    }

    @ParameterizedTest
    @EnumSource
    void signedMessagesFlowBothWays_overAMesh(KeyType type) throws Exception {
        var node = start(type, QUICK, SigningPolicy.STRICT_SIGN);
        go.run(type, "gossip-join", TOPIC);
        var subscription = node.gossipsub().subscribe(TOPIC);
        node.host().connect(go.address(type), TIMEOUT);
        awaitMesh(node, go, type, TOPIC);

        go.run(type, "gossip-publish", TOPIC, hex("from go"));
        var received = next(subscription);
        assertThat(received.data()).asString(StandardCharsets.UTF_8).isEqualTo("from go");
        assertThat(received.author()).contains(peer(go, type));
        assertThat(received.receivedFrom()).isEqualTo(peer(go, type));

        node.gossipsub().publish(TOPIC, bytes("from java"));
        var self = node.host().peerId();
        assertThat(go.run(type, "gossip-next", TOPIC)).isEqualTo(self + " " + self + " " + hex("from java"));
        assertThat(next(subscription).receivedFrom()).isEqualTo(self);
    }

    @Test
    void goDials_andALargeMessageComes() throws Exception {
        var type = KeyType.ED25519;
        var node = start(type, QUICK, SigningPolicy.STRICT_SIGN);
        var subscription = node.gossipsub().subscribe(TOPIC);
        go.run(type, "gossip-join", TOPIC);
        go.run(type, "connect", node.host().addresses().getFirst());
        awaitMesh(node, go, type, TOPIC);

        go.run(type, "gossip-publish-size", TOPIC, 900_000);

        assertThat(next(subscription).data()).hasSize(900_000);
    }

    @Test
    void javaPassesOnWhatGoSays() throws Exception {
        var node = start(KeyType.ED25519, QUICK, SigningPolicy.STRICT_SIGN);
        var topic = "/adit/test/passed-on";
        var subscription = node.gossipsub().subscribe(topic);
        for (var type : List.of(KeyType.ED25519, KeyType.RSA)) {
            go.run(type, "gossip-join", topic);
            node.host().connect(go.address(type), TIMEOUT);
            awaitMesh(node, go, type, topic);
        }

        go.run(KeyType.RSA, "gossip-publish", topic, hex("hello"));

        next(subscription);
        assertThat(go.run(KeyType.ED25519, "gossip-next", topic))
                .isEqualTo(peer(go, KeyType.RSA) + " " + node.host().peerId() + " " + hex("hello"));
    }

    @Test
    void unsignedMessagesFlowBothWays() throws Exception {
        var type = KeyType.ECDSA;
        var node = start(type, QUICK, SigningPolicy.STRICT_NO_SIGN);
        unsignedGo.run(type, "gossip-join-unsigned", TOPIC);
        var subscription = node.gossipsub().subscribe(TOPIC);
        node.host().connect(unsignedGo.address(type), TIMEOUT);
        awaitMesh(node, unsignedGo, type, TOPIC);

        unsignedGo.run(type, "gossip-publish", TOPIC, hex("from go"));
        assertThat(next(subscription).author()).isEmpty();

        node.gossipsub().publish(TOPIC, bytes("from java"));
        assertThat(unsignedGo.run(type, "gossip-next", TOPIC))
                .isEqualTo("- " + node.host().peerId() + " " + hex("from java"));
    }

    /** After a prune neither may graft for ten seconds: what is published then is advertised and asked for. */
    @Test
    void messagesOutsideTheMesh_areAdvertisedAndAskedFor() throws Exception {
        var type = KeyType.SECP256K1;
        var topic = "/adit/test/advertised";
        var node = start(type, QUICK.withFloodPublish(false), SigningPolicy.STRICT_SIGN);
        var self = node.host().peerId();
        go.run(type, "gossip-join", topic);
        var subscription = node.gossipsub().subscribe(topic);
        node.host().connect(go.address(type), TIMEOUT);
        awaitMesh(node, go, type, topic);
        go.run(type, "gossip-leave", topic);
        await().atMost(TIMEOUT).until(() -> !node.gossipsub().peers(topic).contains(peer(go, type)));
        go.run(type, "gossip-join", topic);
        await().atMost(TIMEOUT).until(() -> node.gossipsub().peers(topic).contains(peer(go, type)));

        node.gossipsub().publish(topic, bytes("from java"));
        assertThat(go.run(type, "gossip-next", topic)).isEqualTo(self + " " + self + " " + hex("from java"));
        next(subscription);

        go.run(type, "gossip-publish", topic, hex("from go"));
        assertThat(next(subscription).author()).contains(peer(go, type));
    }

    @Test
    void goThatSendsInvalidMessages_isScoredDownAndPruned() throws Exception {
        var type = KeyType.RSA;
        var node = start(type, QUICK, SigningPolicy.STRICT_SIGN);
        node.gossipsub()
                .validate(
                        SCORED,
                        message -> new String(message.data(), StandardCharsets.UTF_8).startsWith("invalid")
                                ? Verdict.REJECT
                                : Verdict.ACCEPT);
        go.run(type, "gossip-join", SCORED);
        var subscription = node.gossipsub().subscribe(SCORED);
        node.host().connect(go.address(type), TIMEOUT);
        awaitMesh(node, go, type, SCORED);
        go.run(type, "gossip-publish", SCORED, hex("good"));
        next(subscription);
        assertThat(node.gossipsub().scores().get(peer(go, type))).isPositive();

        for (var number = 0; number < 8; number++) {
            go.run(type, "gossip-publish", SCORED, hex("invalid " + number));
        }

        await().atMost(TIMEOUT).untilAsserted(() -> {
            assertThat(node.gossipsub().scores().get(peer(go, type))).isLessThan(-2500);
            assertThat(node.gossipsub().mesh(SCORED)).isEmpty();
            assertThat(go.run(type, "gossip-mesh", SCORED))
                    .doesNotContain(node.host().peerId().toString());
        });
    }

    @Test
    void goWithForgedSignatures_isScoredDown() throws Exception {
        var type = KeyType.ECDSA;
        var node = start(type, QUICK, SigningPolicy.STRICT_SIGN);
        node.gossipsub().subscribe(SCORED);
        go.run(type, "gossip-join", SCORED);
        node.host().connect(go.address(type), TIMEOUT);
        awaitMesh(node, go, type, SCORED);

        go.run(type, "gossip-forge", SCORED, node.host().peerId(), 20);

        await().atMost(TIMEOUT).untilAsserted(() -> {
            assertThat(node.gossipsub().scores().get(peer(go, type))).isLessThan(-2500);
            assertThat(node.gossipsub().mesh(SCORED)).isEmpty();
        });
    }

    @Test
    void javaThatSendsInvalidMessages_isScoredDownAndPrunedByGo() throws Exception {
        var type = KeyType.ED25519;
        var node = start(type, QUICK, SigningPolicy.STRICT_SIGN);
        go.run(type, "gossip-join", SCORED);
        node.gossipsub().subscribe(SCORED);
        node.host().connect(go.address(type), TIMEOUT);
        awaitMesh(node, go, type, SCORED);

        for (var number = 0; number < 8; number++) {
            node.gossipsub().publish(SCORED, bytes("invalid " + number));
        }

        await().atMost(TIMEOUT).untilAsserted(() -> {
            assertThat(Double.parseDouble(
                            go.run(type, "gossip-score", node.host().peerId())))
                    .isLessThan(-300);
            assertThat(go.run(type, "gossip-mesh", SCORED))
                    .doesNotContain(node.host().peerId().toString());
            assertThat(node.gossipsub().mesh(SCORED)).isEmpty();
        });
    }
}
