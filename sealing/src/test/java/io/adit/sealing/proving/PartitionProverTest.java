package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.chain.actor.PoStPartition;
import io.adit.chain.message.MessageOutbox;
import io.adit.core.error.AditException;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.state.Bytes;
import io.adit.core.time.SystemTimeline;
import io.adit.sealing.FakeChain.FakePartition;
import io.adit.sealing.SealingError;
import io.adit.sealing.proving.PartitionProof.Phase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One partition whose sectors are faulty or not, from head to head. */
class PartitionProverTest extends WindowPoStCase {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final SystemTimeline timeline = new SystemTimeline();
    private final HeadWatch heads = new HeadWatch(timeline);
    private ProofJournal journal;
    private ProvingContext context;
    private PartitionProofMaker maker;
    private ProvingWindow window;
    private Thread running;

    @BeforeEach
    void proveAFaultyPartition() {
        var metrics = new ProvingMetrics(registry);
        journal = new ProofJournal(store);
        var sectors = new SectorReadability(paths(), settings(), directory.resolve("copies"));
        context = new ProvingContext(
                settings(),
                store,
                chain,
                proofs,
                sectors,
                new MessageOutbox(store, chain, signer, InstantSource.system()),
                journal,
                new PartitionLooks(MINER.address(), store, chain, metrics),
                new RefusedSectors(store),
                metrics,
                timeline);
        maker = new PartitionProofMaker(settings(), proofs, sectors, store, metrics, timeline);
        var live = chain.partition(DEADLINE).live();
        chain.partition(DEADLINE, new FakePartition(live, live, BitField.EMPTY));
        advanceTo(OPEN);
        heads.offer(chain.chainHead());
        window = ProvingWindow.from(chain.deadline(), 0).getFirst();
        var prover = new PartitionProver(
                context,
                maker,
                new PostGas(context),
                heads,
                new ProofLane(1, new DryRuns(() -> true), timeline),
                window,
                PartitionBatch.single(0));
        int before = chain.partitionLooks();
        running = Thread.ofPlatform().start(() -> {
            try {
                prover.run();
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
            }
        });
        until(() -> chain.partitionLooks() > before);
    }

    @AfterEach
    void stop() throws InterruptedException {
        heads.close();
        running.join();
    }

    private void next() {
        chain.advance(1);
        heads.offer(chain.chainHead());
    }

    @Test
    void partitionIsProven_whenALaterHeadShowsThatItsSectorsAreNotFaulty() {
        chain.partition(DEADLINE, new FakePartition(chain.partition(DEADLINE).live(), BitField.EMPTY, BitField.EMPTY));
        next();

        until(() -> {
            if (!chain.mpoolPending(chain.chainHead().key()).isEmpty()) {
                next();
            }
            return !journal.recent().isEmpty() && journal.recent().getFirst().phase() == Phase.ACCEPTED;
        });
        assertThat(chain.proofs()).hasSize(1);
    }

    @Test
    void proofIsNotJudged_whenTheNodeKnowsFewerPartitionsThanItIsOf() {
        var onChain = new WindowOnChain(context, maker, window, PartitionBatch.single(1));
        var made = new PartitionProof.Made(
                Randomness.of(new byte[32]),
                RegisteredPoStProof.STACKED_DRG_WINDOW_2KIB_V1_1,
                new Bytes(new byte[192]),
                List.of(new PoStPartition(1, BitField.EMPTY)));
        var proof = PartitionProof.begin(window, PartitionBatch.single(1)).proven(made, "");

        assertThatThrownBy(() -> onChain.counted(proof, chain.chainHead()))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(SealingError.PARTITIONS_DOUBTED))
                .hasMessageContaining("partition 1: the full node knows only 1 partitions");
    }

    @Test
    void nothingIsMissed_whenEverySectorStaysFaultyUntilTheWindowCloses() throws InterruptedException {
        advanceTo(OPEN + 10);
        heads.offer(chain.chainHead());
        running.join();

        assertThat(journal.recent()).singleElement().satisfies(proof -> {
            assertThat(proof.phase()).isEqualTo(Phase.ACCEPTED);
            assertThat(proof.note()).contains("nothing to prove");
        });
        assertThat(registry.counter("adit_post_partitions", "outcome", "missed").count())
                .isZero();
    }
}
