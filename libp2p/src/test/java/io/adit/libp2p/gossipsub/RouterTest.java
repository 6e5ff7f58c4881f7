package io.adit.libp2p.gossipsub;

import static io.adit.libp2p.gossipsub.GossipFixtures.SELF;
import static io.adit.libp2p.gossipsub.GossipFixtures.TOPIC;
import static io.adit.libp2p.gossipsub.GossipFixtures.id;
import static io.adit.libp2p.gossipsub.GossipFixtures.message;
import static io.adit.libp2p.gossipsub.GossipFixtures.peer;
import static io.adit.libp2p.gossipsub.GossipFixtures.wire;
import static org.assertj.core.api.Assertions.assertThat;

import io.adit.libp2p.gossipsub.PeerState.Speaks;
import io.adit.libp2p.gossipsub.Rpc.ExchangedPeer;
import io.adit.libp2p.gossipsub.Rpc.IHave;
import io.adit.libp2p.gossipsub.Rpc.Prune;
import io.adit.libp2p.gossipsub.Rpc.Subscribed;
import io.adit.libp2p.identity.PeerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The router, stepped by hand: peers are numbers, their queues are lists. */
class RouterTest {
    private static final Duration BEAT = Duration.ofSeconds(1);
    private static final Duration BACKOFF = Duration.ofMinutes(1);

    private final SteppedClock clock = new SteppedClock();
    private final Map<PeerId, List<Rpc>> sent = new HashMap<>();
    private final List<ExchangedPeer> exchanged = new ArrayList<>();
    private final Map<PeerId, Double> opinions = new HashMap<>();
    private boolean full;

    private Router router(GossipParameters parameters) {
        var scoring = ScoreParameters.defaults(List.of(TOPIC))
                .withApplication(peer -> opinions.getOrDefault(peer, 0.0), 1)
                .withThresholds(new ScoreThresholds(-100, -200, -300, 10, 5));
        return new Router(parameters, scoring, Set.of(), clock, new Random(1), exchanged::addAll);
    }

    private void connect(Router router, PeerId peer, boolean outbound) {
        router.connected(peer, Speaks.EXCHANGE, outbound, Set.of(), rpc -> {
            if (!full) {
                sent.computeIfAbsent(peer, key -> new ArrayList<>()).add(rpc);
            }
            return !full;
        });
        router.subscribed(peer, List.of(new Subscribed(TOPIC, true)));
    }

    private Router joinedBy(int peers, GossipParameters parameters) {
        var router = router(parameters);
        router.join(TOPIC);
        IntStream.range(0, peers).forEach(number -> connect(router, peer(number), number % 2 == 0));
        return router;
    }

    private void beat(Router router) {
        clock.step(BEAT);
        router.heartbeat();
    }

    private Rpc all(PeerId peer) {
        return sent.getOrDefault(peer, List.of()).stream().reduce(Rpc.messages(List.of()), Rpc::and);
    }

    private static Set<PeerId> mesh(Router router) {
        return router.topology().mesh.getOrDefault(TOPIC, Set.of());
    }

    private static Rpc graft() {
        return Rpc.mesh(List.of(TOPIC), List.of());
    }

    private static Rpc prune(Duration backoff) {
        return Rpc.mesh(List.of(), List.of(new Prune(TOPIC, List.of(), Optional.of(backoff))));
    }

    @Test
    void newPeer_isToldTheTopics_andAHeartbeatFillsTheMesh() {
        var router = joinedBy(20, GossipParameters.defaults());
        assertThat(all(peer(3)).subscriptions()).containsExactly(new Subscribed(TOPIC, true));

        beat(router);

        assertThat(mesh(router)).hasSize(6);
        assertThat(mesh(router))
                .allSatisfy(peer -> assertThat(all(peer).graft()).containsExactly(TOPIC));
    }

    @Test
    void tooLargeAMesh_isCut_keepingTheBestAndEnoughOutbound() {
        var router = joinedBy(0, GossipParameters.defaults());
        for (var number = 0; number < 14; number++) {
            connect(router, peer(number), number >= 12);
            if (number < 12) {
                router.control(peer(number), graft());
            }
        }
        router.control(peer(12), graft());
        router.control(peer(13), graft());
        IntStream.range(0, 4).forEach(number -> opinions.put(peer(number), 50.0));
        assertThat(mesh(router)).hasSize(14);

        beat(router);

        assertThat(mesh(router))
                .hasSize(6)
                .contains(peer(0), peer(1), peer(2), peer(3))
                .contains(peer(12), peer(13));
        assertThat(all(peer(11)).prune()).containsExactly(new Prune(TOPIC, List.of(), Optional.of(BACKOFF)));
    }

    @Test
    void inboundGraftToAFullMesh_isRefused_outboundIsNot() {
        var router = joinedBy(0, GossipParameters.defaults());
        IntStream.range(0, 12).forEach(number -> {
            connect(router, peer(number), false);
            router.control(peer(number), graft());
        });
        connect(router, peer(20), false);
        connect(router, peer(21), true);

        router.control(peer(20), graft());
        router.control(peer(21), graft());

        assertThat(mesh(router)).doesNotContain(peer(20)).contains(peer(21));
        assertThat(all(peer(20)).prune()).hasSize(1);
    }

    @Test
    void graftWithinTheBackoff_isRefusedAndBlamed() {
        var router = joinedBy(1, GossipParameters.defaults());
        beat(router);
        router.control(peer(0), prune(BACKOFF));
        assertThat(mesh(router)).isEmpty();
        assertThat(router.scores().of(peer(0))).isZero();

        for (var count = 0; count < 4; count++) {
            router.control(peer(0), graft());
        }

        assertThat(mesh(router)).isEmpty();
        assertThat(all(peer(0)).prune()).hasSize(4);
        assertThat(router.scores().of(peer(0)))
                .as("two offences each, six are free")
                .isEqualTo(-10 * 4.0);
    }

    @Test
    void prunedPeer_isNotGraftedBeforeTheBackoffItAskedFor() {
        var router = joinedBy(1, GossipParameters.defaults());
        beat(router);
        router.control(peer(0), prune(Duration.ofSeconds(90)));

        for (var seconds = 0; seconds < 91; seconds++) {
            beat(router);
            assertThat(mesh(router)).isEmpty();
        }
        for (var seconds = 0; seconds < 3; seconds++) {
            beat(router);
        }
        assertThat(mesh(router)).containsExactly(peer(0));
    }

    @Test
    void peerWithNegativeScore_leavesTheMeshAndIsNotGrafted() {
        var router = joinedBy(3, GossipParameters.defaults());
        beat(router);
        opinions.put(peer(1), -1.0);

        beat(router);
        router.control(peer(1), graft());

        assertThat(mesh(router)).containsExactlyInAnyOrder(peer(0), peer(2));
        assertThat(all(peer(1)).prune()).hasSize(2);
    }

    @Test
    void scoreDecidesWhoIsHeard_gossipedToAndPublishedTo() {
        var router = joinedBy(4, GossipParameters.defaults());
        opinions.put(peer(0), -99.0);
        opinions.put(peer(1), -150.0);
        opinions.put(peer(2), -250.0);
        opinions.put(peer(3), -301.0);
        router.publish(message("m", SELF), wire("m"), true);
        beat(router);

        assertThat(all(peer(0)).messages()).hasSize(1);
        assertThat(all(peer(1)).messages()).hasSize(1);
        assertThat(all(peer(2)).messages()).isEmpty();
        assertThat(all(peer(0)).iHave()).hasSize(1);
        assertThat(all(peer(1)).iHave()).isEmpty();
        assertThat(router.accepts(peer(2))).isTrue();
        assertThat(router.accepts(peer(3))).isFalse();
        router.control(peer(1), Rpc.iHave(List.of(new IHave(TOPIC, List.of(id("new"))))));
        router.control(peer(1), Rpc.iWant(List.of(id("m"))));
        assertThat(all(peer(1)).iWant()).isEmpty();
        assertThat(all(peer(1)).messages()).hasSize(1);
    }

    @Test
    void messageFromThePeersMesh_goesToTheOthersOfItOnly() {
        var router = joinedBy(20, GossipParameters.defaults());
        beat(router);
        var mesh = List.copyOf(mesh(router));

        router.publish(message("m", mesh.getFirst()), wire("m"), false);

        var receivers = sent.keySet().stream()
                .filter(peer -> !all(peer).messages().isEmpty())
                .toList();
        assertThat(receivers).containsExactlyInAnyOrderElementsOf(mesh.subList(1, mesh.size()));
    }

    @Test
    void peersOutsideTheMesh_areTold_andGetWhatTheyAskForThreeTimes() {
        var router = joinedBy(30, GossipParameters.defaults());
        beat(router);
        router.publish(message("m", SELF), wire("m"), false);
        beat(router);
        var told = sent.keySet().stream()
                .filter(peer -> all(peer).iHave().equals(List.of(new IHave(TOPIC, List.of(id("m"))))))
                .toList();
        assertThat(told).hasSize(6).doesNotContainAnyElementsOf(mesh(router));

        for (var times = 0; times < 5; times++) {
            router.control(told.getFirst(), Rpc.iWant(List.of(id("m"), id("unknown"))));
        }
        assertThat(all(told.getFirst()).messages()).hasSize(3);
        for (var beats = 0; beats < 5; beats++) {
            beat(router);
        }
        router.control(told.getLast(), Rpc.iWant(List.of(id("m"))));
        assertThat(all(told.getLast()).messages()).as("no longer remembered").isEmpty();
    }

    @Test
    void advertisements_areTakenWithinTheirBudget_andRenewedByTheHeartbeat() {
        var router = joinedBy(2, GossipParameters.defaults());
        var many = IntStream.range(0, 6000).mapToObj(number -> id("m" + number)).toList();

        router.control(peer(0), Rpc.iHave(List.of(new IHave(TOPIC, many))));
        router.control(peer(0), Rpc.iHave(List.of(new IHave(TOPIC, List.of(id("more"))))));
        assertThat(all(peer(0)).iWant()).hasSize(5000);
        for (var times = 0; times < 12; times++) {
            router.control(peer(1), Rpc.iHave(List.of(new IHave(TOPIC, List.of(id("other" + times))))));
        }
        assertThat(all(peer(1)).iWant()).hasSize(10);
        router.control(peer(1), Rpc.iHave(List.of(new IHave("unknown topic", List.of(id("x"))))));

        beat(router);
        router.control(peer(1), Rpc.iHave(List.of(new IHave(TOPIC, List.of(id("again"))))));
        assertThat(all(peer(1)).iWant()).hasSize(11).contains(id("again"));
    }

    @Test
    void seenMessage_isNotAskedFor_andCountsOnce() {
        var router = joinedBy(2, GossipParameters.defaults());
        assertThat(router.begin(message("m", peer(0)))).isTrue();
        assertThat(router.begin(message("m", peer(1)))).isFalse();

        router.control(peer(1), Rpc.iHave(List.of(new IHave(TOPIC, List.of(id("m"))))));
        assertThat(all(peer(1)).iWant()).isEmpty();

        clock.step(Duration.ofMinutes(3));
        beat(router);
        assertThat(router.begin(message("m", peer(1)))).as("forgotten").isTrue();
    }

    @Test
    void advertisedMessagesThatDoNotCome_areBlamed_othersAreNot() {
        var router = joinedBy(2, GossipParameters.defaults());
        for (var number = 0; number < 8; number++) {
            router.control(peer(0), Rpc.iHave(List.of(new IHave(TOPIC, List.of(id("lie" + number))))));
            router.control(peer(1), Rpc.iHave(List.of(new IHave(TOPIC, List.of(id("true" + number))))));
            router.begin(message("true" + number, peer(1)));
        }
        IntStream.range(0, 4).forEach(second -> beat(router));

        assertThat(router.scores().of(peer(0))).isNegative();
        assertThat(router.scores().of(peer(1))).isNotNegative();
    }

    @Test
    void badMesh_isGivenBetterPeersNowAndThen() {
        var router = joinedBy(12, GossipParameters.defaults());
        beat(router);
        var former = Set.copyOf(mesh(router));
        IntStream.range(0, 12)
                .mapToObj(GossipFixtures::peer)
                .filter(peer -> !former.contains(peer))
                .forEach(peer -> opinions.put(peer, 20.0));

        IntStream.range(1, 59).forEach(second -> beat(router));
        assertThat(mesh(router)).isEqualTo(former);
        beat(router);
        assertThat(mesh(router)).hasSize(8).containsAll(former);
    }

    @Test
    void topicOnlyPublishedTo_hasAFanout_thatJoiningTurnsIntoTheMesh() {
        var router = router(GossipParameters.defaults().withFloodPublish(false));
        IntStream.range(0, 20).forEach(number -> connect(router, peer(number), true));
        router.publish(message("m", SELF), wire("m"), true);
        router.publish(message("n", SELF), wire("n"), true);
        var receivers = sent.keySet().stream()
                .filter(peer -> all(peer).messages().size() == 2)
                .toList();
        assertThat(receivers).hasSize(6);

        router.join(TOPIC);
        assertThat(mesh(router)).containsExactlyInAnyOrderElementsOf(receivers);
    }

    @Test
    void leavingATopic_prunesItsMeshBriefly() {
        var router = joinedBy(3, GossipParameters.defaults());
        beat(router);

        router.leave(TOPIC);

        assertThat(all(peer(1)).subscriptions()).endsWith(new Subscribed(TOPIC, false));
        assertThat(all(peer(1)).prune())
                .containsExactly(new Prune(TOPIC, List.of(), Optional.of(Duration.ofSeconds(10))));
        router.join(TOPIC);
        assertThat(mesh(router)).as("they may not be grafted yet").isEmpty();
    }

    @Test
    void graftThatFoundNoRoom_isSentLater_unlessItIsNoLongerTrue() {
        var router = joinedBy(2, GossipParameters.defaults());
        full = true;
        beat(router);
        assertThat(mesh(router)).hasSize(2);
        full = false;
        router.control(peer(1), prune(BACKOFF));

        router.publish(message("m", SELF), wire("m"), true);

        assertThat(all(peer(0)).graft()).containsExactly(TOPIC);
        assertThat(all(peer(1)).graft()).isEmpty();
    }

    @Test
    void prunedPeers_areToldOfOthersIfWanted_andOthersAreTakenFromTrustedPeersOnly() {
        var router = joinedBy(14, GossipParameters.defaults().withExchangePeers(4));
        for (var number = 0; number < 14; number++) {
            router.control(peer(number), graft());
        }
        beat(router);
        var pruned = sent.keySet().stream()
                .filter(peer -> !all(peer).prune().isEmpty())
                .findFirst()
                .orElseThrow();
        assertThat(all(pruned).prune().getFirst().peers())
                .hasSize(4)
                .noneMatch(other -> other.peer().equals(pruned));

        var offer = Rpc.mesh(
                List.of(),
                List.of(new Prune(TOPIC, List.of(new ExchangedPeer(peer(500), Optional.empty())), Optional.empty())));
        router.control(peer(0), offer);
        assertThat(exchanged).isEmpty();
        opinions.put(peer(0), 10.0);
        router.control(peer(0), offer);
        assertThat(exchanged).hasSize(1);
    }

    @Test
    void peerOfTheFormerVersion_isPrunedWithoutBackoff_floodsubPeersGetEverything() {
        var router = joinedBy(0, GossipParameters.defaults());
        router.connected(
                peer(1),
                Speaks.MESH,
                false,
                Set.of(),
                rpc -> sent.computeIfAbsent(peer(1), key -> new ArrayList<>()).add(rpc));
        router.connected(
                peer(2),
                Speaks.FLOODSUB,
                false,
                Set.of(),
                rpc -> sent.computeIfAbsent(peer(2), key -> new ArrayList<>()).add(rpc));
        router.subscribed(peer(1), List.of(new Subscribed(TOPIC, true)));
        router.subscribed(peer(2), List.of(new Subscribed(TOPIC, true)));
        opinions.put(peer(1), -1.0);
        router.control(peer(1), graft());
        assertThat(all(peer(1)).prune()).containsExactly(new Prune(TOPIC, List.of(), Optional.empty()));

        beat(router);
        router.publish(message("m", peer(1)), wire("m"), false);

        assertThat(mesh(router)).isEmpty();
        assertThat(all(peer(2)).messages()).hasSize(1);
    }

    @Test
    void peerThatTakesNothingAnyMore_joinsNoMesh_andIsBlamedStill() {
        var router = joinedBy(1, GossipParameters.defaults());
        beat(router);
        router.control(peer(0), prune(BACKOFF));
        for (var count = 0; count < 4; count++) {
            router.control(peer(0), graft());
        }
        var score = router.scores().of(peer(0));
        assertThat(score).isNegative();

        router.disconnected(peer(0));
        router.scores().misbehaved(peer(0), 10);
        clock.step(BACKOFF.multipliedBy(2));
        opinions.put(peer(0), 1e6);
        router.control(peer(0), graft());

        assertThat(mesh(router)).isEmpty();
        opinions.clear();
        assertThat(router.scores().of(peer(0))).isLessThan(score);
    }

    @Test
    void goodPeerWhoseStreamEnded_canLoseItsScoreUntilItIsGone() {
        var router = joinedBy(1, GossipParameters.defaults());
        opinions.put(peer(0), 1.0);

        router.disconnected(peer(0));
        router.scores().misbehaved(peer(0), 100);

        assertThat(router.scores().of(peer(0))).isNegative();
        opinions.clear();
        router.gone(peer(0));
        assertThat(router.scores().of(peer(0))).as("remembered").isNegative();
    }

    @Test
    void peerThatLeavesTheTopicOrGoes_leavesTheMesh() {
        var router = joinedBy(3, GossipParameters.defaults());
        beat(router);

        router.subscribed(peer(0), List.of(new Subscribed(TOPIC, false)));
        router.disconnected(peer(1));
        router.gone(peer(1));

        assertThat(mesh(router)).containsExactly(peer(2));
        assertThat(router.peers().subscribers(TOPIC)).containsExactly(peer(2));
    }

    @Test
    void topicsOfStrangers_areBounded_ownOnesAlwaysKept() {
        var router = joinedBy(1, GossipParameters.defaults());
        var many = IntStream.range(0, 10_000)
                .mapToObj(number -> new Subscribed("t" + number, true))
                .toList();
        IntStream.range(1, 400).forEach(number -> router.subscribed(peer(number), many));

        var held = IntStream.range(0, 256)
                .map(number -> router.peers().subscribers("t" + number).size())
                .sum();
        assertThat(held).isBetween(65_000, Peers.MAX_FOREIGN_SUBSCRIPTIONS);
        assertThat(router.peers().subscribers("t256")).isEmpty();
        router.subscribed(peer(399), List.of(new Subscribed("x".repeat(257), true), new Subscribed(TOPIC, true)));
        assertThat(router.peers().subscribers("x".repeat(257))).isEmpty();
        assertThat(router.peers().subscribers(TOPIC)).contains(peer(399));
    }
}
