package io.adit.devnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.adit.chain.node.HeadSubscription;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.SignatureType;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a chain remembers after more tipsets than it keeps states of, and what became of a listener that never listened. */
class HistoryTest {
    private static final int EPOCHS = 1_010;
    private static final Address RICH =
            Provider.key("rich", SignatureType.SECP256K1).address();

    private static final Devnet DEVNET = Devnet.inMemory(DealLifeTest.settings(29), new RecordingProofs());
    private static final CountDownLatch DEAF = new CountDownLatch(1);
    private static final CountDownLatch TOLD = new CountDownLatch(1);
    private static @Nullable HeadSubscription slow;
    private static @Nullable Cid early;

    @BeforeAll
    static void liveLong() {
        slow = DEVNET.node().headChanges(changes -> waitForIt(), TOLD::countDown);
        early = DEVNET.ledger().fund(RICH, TokenAmount.ofFil(3));
        DEVNET.advance(EPOCHS);
    }

    private static void waitForIt() {
        try {
            DEAF.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterAll
    static void close() {
        DEVNET.close();
    }

    private static TipSetKey at(long epoch) {
        return DEVNET.node()
                .chainGetTipSetByHeight(new Epoch(epoch), TipSetKey.EMPTY)
                .key();
    }

    @Test
    void statesOlderThanFinalityAreGone_withLotussWords() {
        var node = DEVNET.node();

        assertThat(node.stateListMiners(at(EPOCHS - 900))).hasSize(2);
        assertThat(node.stateListMiners(at(0))).hasSize(2);
        for (long old : new long[] {2, 5}) {
            assertThatThrownBy(() -> node.stateListMiners(at(old)))
                    .isInstanceOfSatisfying(
                            RpcException.class,
                            error -> assertThat(error.nodeMessage())
                                    .contains("failed to load state tree")
                                    .contains("ipld: could not find"));
        }
    }

    @Test
    void blocksAndMessagesAreReadableForGood() {
        var node = DEVNET.node();
        var message = Objects.requireNonNull(early);

        var found = node.stateSearchMsg(TipSetKey.EMPTY, message, -1, true).orElseThrow();
        assertThat(found.receipt().isSuccess()).isTrue();
        assertThat(found.height()).isEqualTo(new Epoch(2));
        assertThat(node.chainGetMessage(message).to()).isEqualTo(RICH);
        assertThat(node.chainGetTipSet(at(2)).height()).isEqualTo(new Epoch(2));
    }

    @Test
    void aForkDeeperThanFinalityIsRefused() {
        assertThatThrownBy(() -> DEVNET.reorg(901))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("deeper than finality");
        assertThat(DEVNET.epoch()).isEqualTo(EPOCHS);
    }

    @Test
    void aListenerThatFallsBehindIsCutOff_andTold() {
        assertThat(Objects.requireNonNull(slow).connected()).isFalse();

        DEAF.countDown();

        await().until(() -> TOLD.getCount() == 0);
    }

    /** Takes minutes, for the signatures of the blocks. What stays of an epoch is its header. */
    @Test
    @Tag("slow")
    void theHeapGrowsByBlocksOnly_overFiftyThousandEpochs() {
        var devnet = Devnet.inMemory(DealLifeTest.settings(29), new RecordingProofs());
        var provider = new Provider(devnet, devnet.node());
        provider.createMiner();
        provider.preCommit(1);
        provider.prove(1);
        devnet.advance(2_000);
        long before = heap();

        devnet.advance(50_000);

        long perEpoch = (heap() - before) / 50_000;
        assertThat(perEpoch).as("bytes of heap that an epoch leaves behind").isLessThan(3_072);
    }

    private static long heap() {
        var runtime = Runtime.getRuntime();
        for (int round = 0; round < 3; round++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
