package io.adit.libp2p.gossipsub;

import static io.adit.libp2p.gossipsub.GossipFixtures.TOPIC;
import static io.adit.libp2p.gossipsub.GossipFixtures.id;
import static io.adit.libp2p.gossipsub.GossipFixtures.message;
import static io.adit.libp2p.gossipsub.GossipFixtures.peer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.adit.libp2p.gossipsub.ScoreParameters.Behaviour;
import io.adit.libp2p.gossipsub.ScoreParameters.Colocation;
import io.adit.libp2p.gossipsub.TopicScore.FirstDeliveries;
import io.adit.libp2p.gossipsub.TopicScore.InvalidMessages;
import io.adit.libp2p.gossipsub.TopicScore.MeshDeliveries;
import io.adit.libp2p.gossipsub.TopicScore.TimeInMesh;
import io.adit.libp2p.identity.PeerId;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ScoresTest {
    private static final Offset<Double> EXACT = within(1e-9);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final PeerId ALICE = peer(1);
    private static final PeerId BOB = peer(2);

    private final SteppedClock clock = new SteppedClock();

    private static final TopicScore RULES = new TopicScore(
            2,
            new TimeInMesh(0.5, SECOND, 10),
            new FirstDeliveries(3, 0.5, 4),
            new MeshDeliveries(-1, 0.5, 10, 3, SECOND, Duration.ofSeconds(5), -1, 0.9),
            new InvalidMessages(-10, 0.5));

    private static ScoreParameters parameters(TopicScore topic, double cap) {
        return new ScoreParameters(
                Map.of(TOPIC, topic),
                cap,
                peer -> peer.equals(BOB) ? 7 : 0,
                2,
                new Colocation(-5, 2),
                new Behaviour(-3, 1, 0.5),
                SECOND,
                0.01,
                Duration.ofMinutes(1),
                ScoreThresholds.defaults());
    }

    private Scores scores(TopicScore topic) {
        var scores = new Scores(parameters(topic, 0), Duration.ofMinutes(2));
        scores.connected(ALICE, Set.of());
        scores.refresh(clock.instant());
        return scores;
    }

    private void pass(Scores scores, Duration time) {
        clock.step(time);
        scores.refresh(clock.instant());
    }

    @Test
    void timeInMesh_addsUpToItsCap() {
        var scores = scores(RULES);
        scores.grafted(ALICE, TOPIC, clock.instant());
        pass(scores, Duration.ofSeconds(4));
        assertThat(scores.of(ALICE)).isCloseTo(2 * 4 * 0.5, EXACT);

        var patient = scores(
                new TopicScore(2, RULES.timeInMesh(), RULES.firstDeliveries(), MeshDeliveries.NONE, RULES.invalid()));
        patient.grafted(ALICE, TOPIC, clock.instant());
        pass(patient, Duration.ofSeconds(100));
        assertThat(patient.of(ALICE)).isCloseTo(2 * 10 * 0.5, EXACT);
    }

    @Test
    void firstDeliveries_countUpToTheirCapAndDecay() {
        var scores = scores(RULES);
        for (var number = 0; number < 6; number++) {
            scores.delivered(message("m" + number, ALICE), clock.instant());
        }
        assertThat(scores.of(ALICE)).isCloseTo(2 * 4 * 3, EXACT);

        pass(scores, SECOND);
        assertThat(scores.of(ALICE)).isCloseTo(2 * 2 * 3, EXACT);
        pass(scores, Duration.ofSeconds(20));
        assertThat(scores.of(ALICE)).isZero();
    }

    @Test
    void meshDeliveries_areMissedOnceActive_andStayAsFailureAfterThePrune() {
        var scores = scores(RULES);
        scores.grafted(ALICE, TOPIC, clock.instant());
        pass(scores, Duration.ofSeconds(6));
        assertThat(scores.of(ALICE)).as("P1 and P3").isCloseTo(2 * (6 * 0.5 - 9), EXACT);

        scores.pruned(ALICE, TOPIC);
        assertThat(scores.of(ALICE)).as("P3 and P3b").isCloseTo(2 * (-9 - 9), EXACT);
    }

    @Test
    void copiesWithinTheWindow_countAsMeshDeliveries_laterOnesDoNot() {
        var scores = scores(RULES);
        scores.connected(peer(3), Set.of());
        scores.grafted(ALICE, TOPIC, clock.instant());
        pass(scores, Duration.ofSeconds(6));
        var missing = scores.of(ALICE);

        scores.validating(id("m"), clock.instant());
        scores.duplicate(id("m"), TOPIC, ALICE, clock.instant());
        scores.delivered(message("m", peer(3)), clock.instant());
        var oneDelivered = scores.of(ALICE);
        assertThat(oneDelivered - missing).isCloseTo(2 * (9 - 4), EXACT);

        scores.delivered(message("n", peer(3)), clock.instant());
        clock.step(Duration.ofMillis(1001));
        scores.duplicate(id("n"), TOPIC, ALICE, clock.instant());
        assertThat(scores.of(ALICE)).isEqualTo(oneDelivered);
    }

    @Test
    void invalidMessages_countSquaredForEverybodyWhoDeliveredThem() {
        var scores = scores(RULES);
        scores.connected(peer(3), Set.of());
        scores.validating(id("m"), clock.instant());
        scores.duplicate(id("m"), TOPIC, peer(3), clock.instant());
        scores.rejected(id("m"), TOPIC, ALICE, Rejection.INVALID, clock.instant());
        scores.rejected(id("n"), TOPIC, ALICE, Rejection.INVALID_SIGNATURE, clock.instant());

        assertThat(scores.of(ALICE)).isCloseTo(2 * 4 * -10, EXACT);
        assertThat(scores.of(peer(3))).isCloseTo(2 * 1 * -10, EXACT);
        scores.duplicate(id("m"), TOPIC, peer(3), clock.instant());
        assertThat(scores.of(peer(3))).as("a copy of what is known to be bad").isCloseTo(2 * 4 * -10, EXACT);
    }

    @Test
    void ignoredMessages_blameNobody() {
        var scores = scores(RULES);
        scores.validating(id("m"), clock.instant());
        scores.rejected(id("m"), TOPIC, ALICE, Rejection.IGNORED, clock.instant());
        scores.duplicate(id("m"), TOPIC, ALICE, clock.instant());

        assertThat(scores.of(ALICE)).isZero();
    }

    @Test
    void applicationsScore_isWeighed() {
        var scores = scores(RULES);
        scores.connected(BOB, Set.of());

        assertThat(scores.of(BOB)).isCloseTo(14, EXACT);
    }

    @Test
    void peersOfOneAddress_countSquaredBeyondTheThreshold() {
        var scores = scores(RULES);
        for (var number = 10; number < 14; number++) {
            scores.connected(peer(number), Set.of("192.0.2.1"));
        }
        assertThat(scores.of(peer(10))).isCloseTo(-5 * 4, EXACT);

        scores.moved(peer(13), Set.of("192.0.2.2"));
        assertThat(scores.of(peer(10))).isCloseTo(-5, EXACT);
        assertThat(scores.of(peer(13))).isZero();
        assertThat(scores.of(ALICE)).isZero();
    }

    @Test
    void misbehaviour_countsSquaredBeyondTheThresholdAndDecays() {
        var scores = scores(RULES);
        scores.misbehaved(ALICE, 4);
        assertThat(scores.of(ALICE)).isCloseTo(-3 * 9, EXACT);

        pass(scores, SECOND);
        assertThat(scores.of(ALICE)).isCloseTo(-3, EXACT);
    }

    @Test
    void topicScores_areCapped_otherPartsAreNot() {
        var scores = new Scores(parameters(RULES, 5), Duration.ofMinutes(2));
        scores.connected(BOB, Set.of());
        scores.delivered(message("m", BOB), clock.instant());

        assertThat(scores.of(BOB)).isCloseTo(5 + 14, EXACT);
    }

    @Test
    void badScore_isKeptWhilePeerIsAway_goodOneIsNot() {
        var scores = scores(RULES);
        scores.connected(BOB, Set.of());
        scores.rejected(id("m"), TOPIC, ALICE, Rejection.INVALID, clock.instant());
        scores.disconnected(ALICE, clock.instant());
        scores.disconnected(BOB, clock.instant());
        assertThat(scores.size()).isEqualTo(1);

        pass(scores, Duration.ofSeconds(30));
        assertThat(scores.of(ALICE)).as("it cannot sit it out").isCloseTo(-20, EXACT);
        pass(scores, Duration.ofSeconds(31));
        assertThat(scores.of(ALICE)).isZero();
        assertThat(scores.size()).isZero();
    }

    @Test
    void manyPeersThatCameAndWent_areForgottenInTheirOrder() {
        var scores = scores(RULES);
        for (var number = 0; number < 6000; number++) {
            scores.connected(peer(number), Set.of());
            scores.misbehaved(peer(number), 3);
            scores.disconnected(peer(number), clock.instant());
        }

        assertThat(scores.size()).isEqualTo(4096);
        assertThat(scores.of(peer(0))).isZero();
        assertThat(scores.of(peer(5999))).isNegative();
    }

    @Test
    void parametersOfTheWrongSign_areRefused() {
        assertThatThrownBy(() -> new InvalidMessages(1, 0.5)).hasMessageContaining("not positive");
        assertThatThrownBy(() -> new InvalidMessages(-1, 1)).hasMessageContaining("between 0 and 1");
        assertThatThrownBy(() -> new ScoreThresholds(-1, 0, -2, 0, 0)).hasMessageContaining("publish threshold");
        assertThatThrownBy(() -> new TimeInMesh(Double.NaN, SECOND, 1)).hasMessageContaining("not NaN");
    }
}
