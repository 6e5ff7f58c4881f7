package io.adit.chain.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.adit.chain.node.HeadChange;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.Epoch;
import io.adit.core.time.SystemTimeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HeadFollowerTest {

    private static final HeadOptions QUICK =
            HeadOptions.defaults().withFinality(50).withPauses(Duration.ofMillis(1), Duration.ofMillis(20));

    private final SimulatedChain chain = new SimulatedChain();
    private HeadFollower follower = new HeadFollower(chain, QUICK);

    @AfterEach
    void close() {
        follower.close();
    }

    /** What a listener was told, put together into a chain of its own. */
    private static final class Told implements HeadListener {

        final List<TipSet> chain = new ArrayList<>();
        final List<HeadUpdate> updates = Collections.synchronizedList(new ArrayList<>());
        volatile boolean wrong;

        @Override
        public synchronized void onHead(HeadUpdate update) {
            updates.add(update);
            if (chain.isEmpty()) {
                chain.add(
                        update.applied().isEmpty()
                                ? update.head()
                                : update.applied().getFirst());
                chain.addAll(update.applied().stream().skip(1).toList());
                return;
            }
            for (var tipSet : update.reverted()) {
                if (chain.isEmpty()) {
                    break;
                }
                wrong |= !chain.removeLast().key().equals(tipSet.key());
            }
            for (var tipSet : update.applied()) {
                wrong |= !chain.isEmpty() && !chain.getLast().key().equals(tipSet.parents()) && update.complete();
                chain.add(tipSet);
            }
            wrong |= !chain.getLast().key().equals(update.head().key());
        }

        synchronized TipSet head() {
            return chain.getLast();
        }
    }

    private void atRest() {
        await().pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(20))
                .until(() -> follower.view()
                        .head()
                        .map(head -> head.key().equals(chain.headNow().key()))
                        .orElse(false));
    }

    private void assertSameChain() {
        var seen = follower.view().tipSets();
        assertThat(seen).isEqualTo(chain.chainFrom(seen.getFirst().height()));
        assertThat(chain.headNow().height().minus(seen.getFirst().height())).isLessThanOrEqualTo(50);
    }

    static LongStream seeds() {
        return LongStream.range(0, 60);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void viewEqualsTheChain_whenItMovesAtRandom(long seed) {
        var random = new Random(seed);
        var every = new Told();
        var coalesced = new Told();
        follower.start();
        follower.listen(Delivery.EVERY, every);
        follower.listen(Delivery.COALESCED, coalesced);
        for (int round = 0; round < 6; round++) {
            for (int step = 0; step < 40; step++) {
                moveAtRandom(random);
            }
            chain.reconnect();
            atRest();
            assertSameChain();
        }
        await().until(() ->
                every.head().equals(chain.headNow()) && coalesced.head().equals(chain.headNow()));
        assertThat(every.wrong).isFalse();
        assertThat(coalesced.wrong).isFalse();
    }

    private void moveAtRandom(Random random) {
        switch (random.nextInt(10)) {
            case 0 -> chain.disconnect();
            case 1 -> chain.reconnect();
            case 2 -> chain.failCalls(1 + random.nextInt(3));
            case 3 ->
                chain.reorg(
                        1 + random.nextInt(12),
                        random.ints(random.nextInt(14), 0, 4).boxed().toList(),
                        random.nextBoolean());
            default -> chain.extend(random.nextInt(3) == 0 ? random.nextInt(6) : 0, 1 + random.nextInt(3));
        }
    }

    @Test
    void followsWithoutAskingTheNode_whenBurstsArrive() {
        // A silence on a busy machine is no reason to ask here.
        follower = new HeadFollower(chain, QUICK.withPauses(Duration.ofMillis(1), Duration.ofMinutes(1)));
        var told = new Told();
        follower.start();
        follower.listen(Delivery.EVERY, told);
        atRest();
        IntStream.range(0, 4000).forEach(i -> chain.extend(i % 7 == 0 ? 2 : 0, 1));
        atRest();
        assertSameChain();
        await().until(() -> told.head().equals(chain.headNow()));
        assertThat(told.wrong).isFalse();
        assertThat(told.chain.size()).isEqualTo(chain.depth());
        assertThat(chain.fetched()).isZero();
    }

    private void loseSight() {
        follower.start();
        chain.extend(0, 1);
        atRest();
        chain.disconnect();
        for (int i = 0; i < 5; i++) {
            chain.extend(0, 1);
        }
    }

    @Test
    void viewIsNotMoved_whenTheNodeAnswersWithAnotherTipSet() {
        loseSight();
        var told = new Told();
        follower.listen(Delivery.EVERY, told);
        chain.answerWithOthers(2);

        chain.reconnect();

        atRest();
        assertSameChain();
        assertThat(told.updates)
                .allSatisfy(update -> assertThat(update.reverted()).isEmpty());
    }

    @Test
    void followerGoesOn_whenACallThrowsWhatNobodyForesaw() {
        loseSight();
        chain.breakCalls(3);

        chain.reconnect();

        atRest();
        assertSameChain();
    }

    @Test
    void mailIsBounded_whenTheTargetCannotBeReached() throws InterruptedException {
        var mail = new HeadMail(100, new SystemTimeline());
        var known = new KnownTipSets(100);
        for (int i = 0; i < 1000; i++) {
            chain.extend(0, 1);
            mail.add(List.of(new HeadChange(HeadChange.Type.APPLY, chain.headNow())));
            if (i % 300 == 0) {
                mail.take(Duration.ZERO, known);
            }
        }

        assertThat(mail.take(Duration.ZERO, known)).contains(chain.headNow().key());
        assertThat(known.size()).isEqualTo(100);
        assertThat(known.find(chain.headNow().key())).isPresent();
        assertThat(mail.take(Duration.ofMillis(1), known)).isEmpty();
    }

    @Test
    void gapIsHealedByWalkingParents_whenReconnected() {
        follower.start();
        atRest();
        chain.disconnect();
        IntStream.range(0, 30).forEach(i -> chain.extend(0, 1));
        chain.failCalls(3);
        chain.reconnect();
        atRest();
        assertSameChain();
        assertThat(follower.view().tipSets()).hasSize(31);
    }

    @Test
    void missedChangesAreFound_whenNothingIsHeardForAWhile() {
        follower.start();
        atRest();
        chain.disconnect();
        IntStream.range(0, 3).forEach(i -> chain.extend(0, 1));
        atRest();
        assertSameChain();
    }

    @Test
    void updateIsNotComplete_whenAwayForLongerThanFinality() {
        var told = new Told();
        follower.start();
        follower.listen(Delivery.EVERY, told);
        atRest();
        chain.disconnect();
        IntStream.range(0, 200).forEach(i -> chain.extend(0, 1));
        chain.reconnect();
        atRest();
        await().until(() -> told.updates.getLast().head().equals(chain.headNow()));
        assertThat(told.updates.getLast().complete()).isFalse();
        assertThat(told.updates.getLast().applied()).hasSize(51);
        assertSameChain();
    }

    @Test
    void epochsAreCounted_whenRoundsWereNull() {
        follower.start();
        atRest();
        chain.extend(0, 1);
        chain.extend(10, 1);
        atRest();
        var view = follower.view();
        assertThat(view.at(new Epoch(12))).contains(chain.headNow());
        assertThat(view.at(new Epoch(11)).orElseThrow().height()).isEqualTo(new Epoch(1));
        assertThat(view.at(new Epoch(13))).isEmpty();
        chain.extend(49, 1);
        atRest();
        assertThat(follower.view().tipSets()).hasSize(2);
    }

    @Test
    void revertedThenAppliedInOrder_whenTheChainForks() {
        var told = new Told();
        follower.start();
        atRest();
        IntStream.range(0, 5).forEach(i -> chain.extend(0, 1));
        atRest();
        follower.listen(Delivery.EVERY, told);
        chain.reorg(2, List.of(0, 1, 0), true);
        atRest();
        await().until(() -> told.updates.size() == 2);
        var update = told.updates.getLast();
        assertThat(update.reverted()).extracting(t -> t.height().value()).containsExactly(5L, 4L);
        assertThat(update.applied()).extracting(t -> t.height().value()).containsExactly(4L, 6L, 7L);
        assertThat(update.complete()).isTrue();
    }

    @Test
    void otherListenersGoOn_whenOneFailsOrHangs() throws InterruptedException {
        var release = new CountDownLatch(1);
        var told = new Told();
        follower.start();
        atRest();
        follower.listen(Delivery.EVERY, update -> {
            throw new IllegalStateException("a listener's mistake");
        });
        follower.listen(Delivery.EVERY, update -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        follower.listen(Delivery.EVERY, told);
        IntStream.range(0, 100).forEach(i -> chain.extend(0, 1));
        await().until(() -> !told.updates.isEmpty() && told.head().equals(chain.headNow()));
        assertThat(told.wrong).isFalse();
        release.countDown();
    }
}
