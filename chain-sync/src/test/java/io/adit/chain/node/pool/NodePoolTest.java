package io.adit.chain.node.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.adit.chain.node.HeadChange;
import io.adit.chain.node.NetworkParams;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.node.eth.EthHash;
import io.adit.chain.node.pool.PoolOptions.Redundancy;
import io.adit.chain.node.pool.Verdict.Lie;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.core.time.SimulatedTimeline;
import io.adit.core.time.Strand;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three nodes in simulated time, one tipset every 30 s. */
class NodePoolTest {
    private static final Address MINER = Address.ofId(1000);

    private final SimulatedTimeline timeline =
            new SimulatedTimeline(Instant.ofEpochSecond(SharedChain.GENESIS + 100 * 30 + 5), new Random(1));
    private final SharedChain chain = new SharedChain(100);
    private final PoolNode a = new PoolNode(chain, timeline);
    private final PoolNode b = new PoolNode(chain, timeline);
    private final PoolNode c = new PoolNode(chain, timeline);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private NodePool pool;

    @BeforeEach
    void start() {
        timeline.start(Strand.Kind.VIRTUAL, "chain", () -> {
            try {
                while (true) {
                    timeline.sleep(Duration.ofSeconds(30));
                    chain.extend();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        pool = open(PoolOptions.defaults(Optional.of(MINER)));
    }

    private NodePool open(PoolOptions options) {
        return NodePool.open(
                List.of(new PoolMember("a", a), new PoolMember("b", b), new PoolMember("c", c)),
                options,
                timeline,
                registry);
    }

    @AfterEach
    void stop() {
        timeline.killAll();
    }

    private <T> T on(Supplier<T> call) {
        var done = new CompletableFuture<T>();
        timeline.start(Strand.Kind.VIRTUAL, "caller", () -> {
            try {
                done.complete(call.get());
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        assertThat(timeline.runUntil(done::isDone, Duration.ofHours(1))).isTrue();
        try {
            return done.join();
        } catch (CompletionException e) {
            throw (RuntimeException) e.getCause();
        }
    }

    private Verdict verdict(String name) {
        return view(name).verdict();
    }

    private MemberView view(String name) {
        return pool.members().stream()
                .filter(m -> m.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private String primary() {
        return pool.members().stream()
                .filter(MemberView::primary)
                .findFirst()
                .orElseThrow()
                .name();
    }

    private void assertLie(String name, Lie lie) {
        assertThat(verdict(name))
                .isInstanceOfSatisfying(
                        Verdict.Lying.class, v -> assertThat(v.lie()).isEqualTo(lie));
        assertThat(registry.get("adit_node_fenced").tag("node", name).gauge().value())
                .isEqualTo(1);
    }

    static SignedMessage message(long nonce, long method) {
        var message = new Message(
                0,
                MINER,
                Address.ofId(1001),
                nonce,
                TokenAmount.ZERO,
                1000,
                TokenAmount.ZERO,
                TokenAmount.ZERO,
                method,
                new byte[0]);
        return new SignedMessage(
                message, new Signature(SignatureType.SECP256K1, new byte[SignatureType.SECP256K1.length()]));
    }

    private long timed(Runnable call) {
        long begun = timeline.nanoTime();
        on(() -> {
            call.run();
            return true;
        });
        return Duration.ofNanos(timeline.nanoTime() - begun).toMillis();
    }

    // ---- whom to ask -----------------------------------------------------------------------------

    @Test
    void primaryIsTheFirst_andKeepsToBeingPrimaryAfterAFailOver() {
        assertThat(on(pool::stateNetworkName)).isEqualTo("testnetnet");
        assertThat(primary()).isEqualTo("a");
        a.hangs = true;
        timeline.runFor(Duration.ofSeconds(5));
        assertThat(verdict("a")).isInstanceOf(Verdict.Unreachable.class);
        assertThat(primary()).isEqualTo("b");
        a.hangs = false;
        timeline.runFor(Duration.ofSeconds(3));
        assertThat(verdict("a")).isInstanceOf(Verdict.Unreachable.class);
        timeline.runFor(Duration.ofSeconds(10));
        assertThat(verdict("a")).isEqualTo(new Verdict.Healthy());
        assertThat(primary()).isEqualTo("b");
    }

    @Test
    void readIsAnsweredWithin5Seconds_whenThePrimaryHangs() {
        on(pool::chainHead);
        a.hangs = true;
        long took = timed(pool::stateNetworkName);
        assertThat(took).isLessThanOrEqualTo(2000);
        timeline.runFor(Duration.ofSeconds(5));
        assertThat(timed(pool::stateNetworkName)).isZero();
    }

    @Test
    void readGoesOn_whenOneNodeRefusesTheToken_orLacksTheBlock() {
        on(pool::chainHead);
        a.behind = 1;
        var key = chain.head(0).key();
        assertThat(on(() -> pool.chainGetTipSet(key)).key()).isEqualTo(key);
        a.failure = Optional.of(RpcException.answered("x", 1, "missing permission to invoke 'x' (need 'read')"));
        assertThat(on(pool::stateNetworkName)).isEqualTo("testnetnet");
    }

    @Test
    void answerOfTheChainIsFinal_andOfTheWayComesFirst_whenNobodyAnswersWell() {
        on(pool::chainHead);
        b.calls.clear();
        a.failure = Optional.of(RpcException.answered("x", 1, "sector 7 does not exist"));
        var refused = catchThrowableOfType(RpcException.class, () -> on(pool::stateNetworkName));
        assertThat(refused.code()).isEqualTo(RpcErrorCode.CALL_FAILED);
        assertThat(b.calls).doesNotContain("StateNetworkName");
        for (var node : List.of(b, c)) {
            node.failure =
                    Optional.of(RpcException.unanswered(RpcErrorCode.NODE_UNREACHABLE, "x", "connection refused"));
        }
        a.failure = Optional.of(RpcException.answered("x", 1, "block was not found locally"));
        var lost = catchThrowableOfType(RpcException.class, () -> on(pool::stateNetworkName));
        assertThat(lost.code()).isEqualTo(RpcErrorCode.NODE_UNREACHABLE);
    }

    @Test
    void slowNodeIsNotPrimary_andIsBelievedAgainWhenItIsQuick() {
        on(pool::chainHead);
        a.slowness = Duration.ofMillis(1800);
        timeline.runFor(Duration.ofSeconds(30));
        assertThat(verdict("a")).isInstanceOf(Verdict.Slow.class);
        assertThat(primary()).isEqualTo("b");
        a.slowness = Duration.ZERO;
        timeline.runFor(Duration.ofSeconds(60));
        assertThat(verdict("a")).isEqualTo(new Verdict.Healthy());
    }

    // ---- lies ------------------------------------------------------------------------------------

    @Test
    void staleHeadIsLagging_andPrimaryMoves() {
        on(pool::chainHead);
        a.behind = 20;
        timeline.runFor(Duration.ofSeconds(10));
        assertThat(verdict("a")).isEqualTo(new Verdict.Healthy());
        timeline.runFor(Duration.ofSeconds(20));
        assertThat(verdict("a")).isInstanceOf(Verdict.Lagging.class);
        assertThat(primary()).isEqualTo("b");
        a.behind = 0;
        timeline.runFor(Duration.ofSeconds(10));
        assertThat(verdict("a")).isEqualTo(new Verdict.Healthy());
    }

    @Test
    void futureEpochIsFenced_andNeverAskedUntilItTellsTheTruth() {
        on(pool::chainHead);
        a.headLie = head -> TipSet.of(
                List.of(SharedChain.header(head.parents().cids(), head.height().value() + 50, SharedChain.BASE_FEE)));
        timeline.runFor(Duration.ofSeconds(3));
        assertLie("a", Lie.FUTURE_EPOCH);
        assertThat(on(pool::chainHead).height()).isEqualTo(chain.head(0).height());
        a.calls.clear();
        b.hangs = true;
        assertThat(on(pool::stateNetworkName)).isEqualTo("testnetnet");
        assertThat(a.calls).doesNotContain("StateNetworkName");
        a.headLie = head -> head;
        timeline.runFor(Duration.ofSeconds(10));
        assertThat(verdict("a")).isEqualTo(new Verdict.Healthy());
    }

    @Test
    void nobodyIsFenced_whenThisMachinesClockIsBehindThemAll() {
        on(pool::chainHead);
        timeline.stepWallClock(Duration.ofHours(-2));
        timeline.runFor(Duration.ofSeconds(60));
        assertThat(pool.members()).allMatch(m -> m.verdict().good());
    }

    @Test
    void theMajorityIsNotFenced_whenTheClockIsBehindAndOnlyAStaleNodeAgreesWithIt() {
        on(pool::chainHead);
        c.headLie = head -> chain.head(30);
        timeline.stepWallClock(Duration.ofMinutes(-10));
        timeline.runFor(Duration.ofSeconds(60));
        assertThat(verdict("a")).isEqualTo(new Verdict.Healthy());
        assertThat(verdict("b")).isEqualTo(new Verdict.Healthy());
        assertThat(verdict("c")).isInstanceOf(Verdict.Lagging.class);
        assertThat(on(pool::chainHead).height()).isEqualTo(chain.head(0).height());
    }

    @Test
    void aFutureHeadIsFenced_alsoWhenTheClockIsBehindThemAll() {
        on(pool::chainHead);
        timeline.stepWallClock(Duration.ofHours(-1));
        a.headLie = head -> TipSet.of(
                List.of(SharedChain.header(head.parents().cids(), head.height().value() + 50, SharedChain.BASE_FEE)));
        timeline.runFor(Duration.ofSeconds(60));
        assertLie("a", Lie.FUTURE_EPOCH);
        assertThat(verdict("b")).isEqualTo(new Verdict.Healthy());
        assertThat(verdict("c")).isEqualTo(new Verdict.Healthy());
    }

    @Test
    void nodesFencedByAClockThatIsBehindAreBelievedAgain_onceMostSayTheSame() {
        on(pool::chainHead);
        b.headLie = head -> chain.head(30);
        c.headLie = head -> chain.head(30);
        timeline.stepWallClock(Duration.ofMinutes(-10));
        timeline.runFor(Duration.ofSeconds(30));
        assertLie("a", Lie.FUTURE_EPOCH);
        b.headLie = head -> head;
        c.headLie = head -> head;
        timeline.runFor(Duration.ofSeconds(30));
        assertThat(pool.members()).allMatch(m -> m.verdict().good());
    }

    @Test
    void wrongBaseFeeIsFenced_whetherTheHeaderFitsItsCidOrNot() {
        on(pool::chainHead);
        a.headLie = head -> TipSet.of(List.of(
                SharedChain.header(head.parents().cids(), head.height().value(), TokenAmount.ofAtto(100_000_000))));
        timeline.runFor(Duration.ofSeconds(5));
        assertLie("a", Lie.WRONG_BASE_FEE);
        b.headLie = head -> new TipSet(
                head.key(),
                List.of(SharedChain.header(head.parents().cids(), head.height().value(), TokenAmount.ofAtto(1))),
                head.height());
        timeline.runFor(Duration.ofSeconds(5));
        assertLie("b", Lie.WRONG_HEADER);
        assertThat(primary()).isEqualTo("c");
        a.headLie = head -> head;
        b.headLie = head -> head;
        timeline.runFor(Duration.ofSeconds(10));
        assertThat(pool.members()).allMatch(m -> m.verdict().good());
        assertThat(primary()).isEqualTo("c");
    }

    @Test
    void wrongBaseFeeOfThePrimaryIsFenced_whenThereAreOnlyTwo() {
        pool.close();
        pool = NodePool.open(
                List.of(new PoolMember("a", a), new PoolMember("b", b)),
                PoolOptions.defaults(Optional.of(MINER)),
                timeline,
                new SimpleMeterRegistry());
        on(pool::chainHead);
        timeline.runFor(Duration.ofSeconds(60));
        a.headLie = head -> TipSet.of(List.of(
                SharedChain.header(head.parents().cids(), head.height().value(), TokenAmount.ofAtto(100_000_000))));
        timeline.runFor(Duration.ofSeconds(5));
        assertThat(verdict("a")).isInstanceOf(Verdict.Lying.class);
        assertThat(verdict("b")).isEqualTo(new Verdict.Healthy());
    }

    @Test
    void wrongBaseFeeIsFencedAtTheSecondTipset_whenTheLiarIsBelievedFirst() {
        pool.close();
        a.headLie = head -> TipSet.of(List.of(
                SharedChain.header(head.parents().cids(), head.height().value(), TokenAmount.ofAtto(100_000_000))));
        pool = NodePool.open(
                List.of(new PoolMember("a", a), new PoolMember("b", b)),
                PoolOptions.defaults(Optional.of(MINER)),
                timeline,
                new SimpleMeterRegistry());
        on(pool::chainHead);
        timeline.runFor(Duration.ofSeconds(90));
        assertThat(verdict("a")).isInstanceOf(Verdict.Lying.class);
        assertThat(verdict("b")).isEqualTo(new Verdict.Healthy());
    }

    @Test
    void noSectorsIsFenced_whenAnotherNodeHasSome() {
        on(pool::chainHead);
        a.sectors = 0;
        timeline.runFor(Duration.ofSeconds(40));
        assertLie("a", Lie.WRONG_SECTORS);
        assertThat(primary()).isEqualTo("b");
        a.sectors = 5;
        timeline.runFor(Duration.ofSeconds(40));
        assertThat(verdict("a")).isEqualTo(new Verdict.Healthy());
    }

    @Test
    void otherChainIsFenced() {
        b.params = new NetworkParams("calibrationnet", 30, BigInteger.ZERO, 150, Map.of(), 314159, SharedChain.GENESIS);
        on(pool::chainHead);
        assertLie("b", Lie.OTHER_CHAIN);
    }

    @Test
    void callIsRefused_whenAllAreFenced() {
        on(pool::chainHead);
        for (var node : List.of(a, b, c)) {
            node.headLie = head -> new TipSet(
                    head.key(),
                    List.of(SharedChain.header(
                            head.parents().cids(), head.height().value(), TokenAmount.ZERO)),
                    head.height());
        }
        timeline.runFor(Duration.ofSeconds(5));
        var refused = catchThrowableOfType(AditException.class, () -> on(pool::chainHead));
        assertThat(refused.code()).isEqualTo(PoolError.NO_USABLE_NODE);
    }

    // ---- pushing ---------------------------------------------------------------------------------

    @Test
    void identicalBytesGoToTheNext_whenThePrimaryTookThemAndSaidNothing() {
        on(pool::chainHead);
        a.hangsAfterTaking = true;
        var message = message(0, 6);
        assertThat(on(() -> pool.mpoolPush(message))).isEqualTo(message.cid());
        assertThat(a.mpool).containsExactly(message);
        assertThat(b.mpool)
                .singleElement()
                .satisfies(m -> assertThat(m.toCbor()).isEqualTo(message.toCbor()));
        assertThat(c.mpool).isEmpty();
        assertThat(on(() -> pool.mpoolPush(message))).isEqualTo(message.cid());
        assertThat(b.mpool).containsExactly(message);
    }

    @Test
    void ethereumTransactionGoesToTheNext_whichMayHaveItAlready() {
        b.transactions = a.transactions;
        a.hangsAfterTaking = true;
        var raw = new byte[] {2, 1};

        assertThat(on(() -> pool.ethSendRawTransaction(raw))).isEqualTo(EthHash.ofTransaction(raw));

        assertThat(b.calls).contains("EthSendRawTransaction", "EthGetTransactionByHash");
    }

    @Test
    void refusalOfTheNextIsNotTheAnswer_whileThePrimaryMayHaveTakenTheMessage() {
        on(pool::chainHead);
        a.failure = Optional.of(RpcException.unanswered(RpcErrorCode.NODE_TIMEOUT, "MpoolPush", "no answer"));
        b.refusal = Optional.of("minimum expected nonce is 1");
        var unknown = catchThrowableOfType(RpcException.class, () -> on(() -> pool.mpoolPush(message(0, 6))));
        assertThat(unknown.code()).isEqualTo(RpcErrorCode.NODE_TIMEOUT);
    }

    @Test
    void otherMessageWithTheNonceIsARefusal() {
        on(pool::chainHead);
        a.mpool.add(message(0, 7));
        var refused = catchThrowableOfType(RpcException.class, () -> on(() -> pool.mpoolPush(message(0, 6))));
        assertThat(refused.code()).isEqualTo(RpcErrorCode.CALL_FAILED);
        assertThat(b.mpool).isEmpty();
    }

    @Test
    void windowProofGoesToAll_andOtherMessagesOnlyWhenToldSo() {
        on(pool::chainHead);
        on(() -> pool.mpoolPush(message(0, 5)));
        on(() -> pool.mpoolPush(message(1, 6)));
        timeline.runFor(Duration.ofSeconds(1));
        assertThat(List.of(a.mpool.size(), b.mpool.size(), c.mpool.size())).containsExactly(2, 1, 1);
        pool.close();
        registry.clear();
        pool = open(PoolOptions.defaults(Optional.of(MINER)).with(Redundancy.ALL));
        on(() -> pool.mpoolPush(message(2, 6)));
        timeline.runFor(Duration.ofSeconds(1));
        assertThat(List.of(a.mpool.size(), b.mpool.size(), c.mpool.size())).containsExactly(3, 2, 2);
    }

    @Test
    void nonceIsTheHighestOfAll() {
        on(pool::chainHead);
        b.mpool.add(message(0, 6));
        b.mpool.add(message(1, 6));
        assertThat(on(() -> pool.mpoolGetNonce(MINER))).isEqualTo(2);
        a.hangs = true;
        assertThat(on(() -> pool.mpoolGetNonce(MINER))).isEqualTo(2);
    }

    // ---- the head's channel ----------------------------------------------------------------------

    @Test
    void channelMovesWithThePrimary_andBeginsWithCurrent() {
        List<HeadChange> heard = new ArrayList<>();
        on(() -> pool.chainNotify(heard::addAll));
        timeline.runFor(Duration.ofSeconds(31));
        assertThat(heard).hasSize(2);
        a.hangs = true;
        timeline.runFor(Duration.ofSeconds(5));
        assertThat(heard).hasSize(3);
        assertThat(heard.getLast().type()).isEqualTo(HeadChange.Type.CURRENT);
        timeline.runFor(Duration.ofSeconds(31));
        assertThat(heard.getLast().tipSet().key()).isEqualTo(chain.head(0).key());
    }

    @Test
    void muteChannelIsLeft_whileOtherHeadsAdvance() {
        List<HeadChange> heard = new ArrayList<>();
        on(() -> pool.chainNotify(heard::addAll));
        timeline.runFor(Duration.ofSeconds(1));
        a.channelIsMute = true;
        timeline.runFor(Duration.ofSeconds(60));
        assertThat(heard.getLast().tipSet().key()).isEqualTo(chain.head(0).key());
        assertThat(verdict("a")).isEqualTo(new Verdict.Healthy());
    }

    @Test
    void headsOfALiarAreNotDelivered_onceItIsFenced() {
        List<TipSetKey> heard = new ArrayList<>();
        on(() -> pool.chainNotify(
                changes -> changes.forEach(change -> heard.add(change.tipSet().key()))));
        a.headLie = head -> TipSet.of(
                List.of(SharedChain.header(head.parents().cids(), head.height().value() + 50, SharedChain.BASE_FEE)));
        timeline.runFor(Duration.ofSeconds(5));
        heard.clear();
        timeline.runFor(Duration.ofSeconds(100));
        assertThat(chain.all().stream().map(TipSet::key)).containsAll(heard);
        assertThat(heard).hasSizeGreaterThanOrEqualTo(3);
    }
}
