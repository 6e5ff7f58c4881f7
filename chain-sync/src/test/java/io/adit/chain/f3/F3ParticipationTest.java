package io.adit.chain.f3;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.node.RpcException;
import io.adit.core.fil.Address;
import io.adit.core.time.SimulatedTimeline;
import io.adit.core.time.Strand;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Leases of simulated nodes that follow Lotus's rules, in simulated time. */
class F3ParticipationTest {
    private static final long MINER = 1000;
    private static final int LOTUS_LOOKS_AFTER = 45;

    private final SimulatedTimeline timeline = new SimulatedTimeline(Instant.EPOCH, new Random(7));
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final MemoryTickets tickets = new MemoryTickets();
    private Duration perInstance = Duration.ofMillis(7_500);
    private final LeasingNode node = new LeasingNode("first", this::instance);

    private static final class MemoryTickets implements F3Tickets {
        private Optional<byte[]> last = Optional.empty();
        private int failing;

        @Override
        public Optional<byte[]> last() {
            return last;
        }

        @Override
        public void keep(byte[] ticket) {
            if (failing > 0) {
                failing--;
                throw new IllegalStateException("the store is away");
            }
            last = Optional.of(ticket);
        }

        @Override
        public void drop() {
            last = Optional.empty();
        }
    }

    private long instance() {
        return timeline.nanoTime() / perInstance.toNanos();
    }

    private F3Participation start() {
        var participation =
                new F3Participation(Address.ofId(MINER), node, tickets, F3Settings.defaults(), timeline, registry);
        participation.start();
        return participation;
    }

    @AfterEach
    void stop() {
        timeline.killAll();
    }

    /** Instances for which the node holds no lease, looked at twice an instance. */
    private List<Long> unvoted(Duration time) {
        var missed = new ArrayList<Long>();
        long end = timeline.nanoTime() + time.toNanos();
        while (timeline.nanoTime() < end) {
            timeline.runFor(perInstance.dividedBy(2));
            if (!node.votes(MINER, instance()) && !missed.contains(instance())) {
                missed.add(instance());
            }
        }
        return missed;
    }

    @ParameterizedTest
    @ValueSource(longs = {2_000, 7_500, 15_000, 40_000, 120_000})
    void leaseNeverEnds_atAnyPaceOfInstances(long millis) {
        perInstance = Duration.ofMillis(millis);

        var participation = start();
        timeline.runFor(Duration.ofSeconds(1));

        assertThat(unvoted(Duration.ofHours(2))).isEmpty();
        assertThat(node.refusals).isEmpty();
        assertThat(participation.status().participating()).isTrue();
    }

    @Test
    void paceIsTheRecordedOne_lotusMinersOwnRhythmWouldMissInstances() {
        // What lotus-miner does: look again when (lease - 2) catch-up alignments of 15 s have passed. This is why we
        // measure.
        var ticket = node.f3GetOrRenewParticipationTicket(Address.ofId(MINER), Optional.empty(), 5);
        node.f3Participate(ticket);

        timeline.runFor(Duration.ofSeconds(LOTUS_LOOKS_AFTER));

        assertThat(node.votes(MINER, instance())).isFalse();
    }

    @Test
    void goesOn_whenWhatNobodyForesawIsThrown() {
        tickets.failing = 1;

        var participation = start();
        timeline.runFor(Duration.ofMinutes(1));

        assertThat(participation.status().participating()).isTrue();
        assertThat(tickets.last())
                .as("the ticket that could not be kept at first")
                .isPresent();
    }

    @Test
    void leaseIsBackWithinAnInstance_whenTheNodeRestarts() {
        start();
        timeline.runFor(Duration.ofMinutes(5));

        node.restart();
        timeline.runFor(perInstance.plusSeconds(1));

        assertThat(node.votes(MINER, instance())).isTrue();
    }

    @Test
    void anotherNodeGivesNoLease_beforeTheFirstOnesIsOver() {
        start();
        timeline.runFor(Duration.ofMinutes(5));
        long promised = ends(tickets.last);

        node.issuer = "second";
        node.restart();
        long first = Long.MAX_VALUE;
        for (int look = 0; look < 600 && first == Long.MAX_VALUE; look++) {
            timeline.runFor(Duration.ofMillis(500));
            first = node.votes(MINER, instance()) ? instance() : first;
        }

        assertThat(first).isGreaterThan(promised).isLessThan(promised + 10);
        assertThat(node.refusals).anyMatch(refusal -> refusal.startsWith("7 "));
        assertThat(registry.counter("adit_f3_refusals", "reason", "ISSUER_MISMATCH")
                        .count())
                .isPositive();
    }

    @Test
    void restartedProviderKeepsItsTicket_whenItsNodeIsAnotherOne() {
        start();
        timeline.runFor(Duration.ofMinutes(1));
        long promised = ends(tickets.last);
        timeline.killAll();

        node.issuer = "second";
        node.restart();
        var participation = start();
        timeline.runFor(Duration.ofMillis(200));

        assertThat(participation.status())
                .isInstanceOfSatisfying(
                        F3Status.Waiting.class,
                        waiting -> assertThat(waiting.refusal()).isEqualTo(F3Refusal.ISSUER_MISMATCH));
        timeline.runFor(Duration.ofMinutes(3));
        assertThat(instance()).isGreaterThan(promised);
        assertThat(participation.status().participating()).isTrue();
    }

    private static long ends(Optional<byte[]> ticket) {
        var parts = new String(ticket.orElseThrow(), java.nio.charset.StandardCharsets.UTF_8).split(" ");
        return Long.parseLong(parts[2]) + Long.parseLong(parts[3]);
    }

    @Test
    void itWaits_whileF3IsNotReady() {
        node.failure = Optional.of(RpcException.answered("F3Participate", 10, "f3 isn't yet ready to participate"));
        var participation = start();
        timeline.runFor(Duration.ofMinutes(30));

        assertThat(participation.status().describe()).isEqualTo("waiting: f3 isn't yet ready to participate");
        assertThat(node.calls).isBetween(25, 50);

        node.failure = Optional.empty();
        timeline.runFor(Duration.ofMinutes(1));
        assertThat(participation.status().participating()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {4, -32601})
    void itIsOffQuietly_whenTheNodeHasNoF3(long code) {
        node.failure = Optional.of(RpcException.answered("F3GetOrRenewParticipationTicket", code, "no such thing"));
        var participation = start();
        timeline.runFor(Duration.ofMinutes(59));

        assertThat(participation.status()).isInstanceOf(F3Status.Off.class);
        assertThat(node.calls).isEqualTo(6);

        node.failure = Optional.empty();
        timeline.runFor(Duration.ofMinutes(11));
        assertThat(participation.status().participating()).isTrue();
    }

    @Test
    void unreadableTicketIsBelievedForAWhile_thenForgotten() {
        start();
        timeline.runFor(Duration.ofMinutes(1));
        node.readsNoTicket = true;
        node.restart();

        timeline.runFor(Duration.ofMinutes(4));
        assertThat(tickets.last).isPresent();

        timeline.runFor(Duration.ofMinutes(3));
        assertThat(tickets.last).isEmpty();
    }

    @Test
    void statusSaysThatVotesCannotBeSigned_whenTheNodesWalletLacksTheKey() {
        node.hasKey = false;
        var participation = start();
        timeline.runFor(Duration.ofSeconds(1));

        assertThat(participation.status().describe())
                .startsWith("participating")
                .contains("lacks the worker's key");
    }

    @Test
    void closingEndsTheLoop() {
        var participation = start();
        timeline.runFor(Duration.ofMinutes(1));
        timeline.start(Strand.Kind.VIRTUAL, "closing", participation::close);
        timeline.runFor(Duration.ofSeconds(1));
        int calls = node.calls;

        timeline.runFor(Duration.ofMinutes(5));

        assertThat(node.calls).isEqualTo(calls);
    }
}
