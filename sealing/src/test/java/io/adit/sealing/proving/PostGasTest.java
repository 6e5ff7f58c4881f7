package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.PoStPartition;
import io.adit.chain.actor.SubmitWindowedPoStParams;
import io.adit.chain.message.MessageOutbox;
import io.adit.core.fil.BitField;
import io.adit.core.fil.SectorSize;
import io.adit.core.keys.Signer;
import io.adit.proofs.Proofs;
import io.adit.sealing.proving.PartitionProof.Phase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two partitions in the deadline; a message may be over three. */
class PostGasTest extends WindowPoStCase {
    private static final long MILLION = 1_000_000;

    /** Epochs from one window of the deadline to the next. */
    private static final long PERIOD = 60;

    private long most = 100 * MILLION;

    @Override
    WindowPoStScheduler scheduler(Proofs with, Signer signing) {
        var settings = ProvingSettings.devnet(MINER, signer.address(), SectorSize.KIB_2)
                .withPartitionsPerMessage(3)
                .withGasPerMessage(most);
        var outbox = new MessageOutbox(store, chain, signing, InstantSource.system());
        return new WindowPoStScheduler(settings, store, chain, with, paths(), outbox, new SimpleMeterRegistry());
    }

    private void start(long gasPerMessage) {
        scheduler.close();
        most = gasPerMessage;
        scheduler = scheduler(proofs);
        chain.secondPartition(DEADLINE, BitField.of(2));
        scheduler.start();
        scheduler.onHead(chain.chainHead());
    }

    private List<List<Long>> partitionsOfMessages() {
        return chain.proofs().stream()
                .map(SubmitWindowedPoStParams::partitions)
                .map(partitions -> partitions.stream().map(PoStPartition::index).toList())
                .toList();
    }

    private List<PartitionProof> ofWindow(long open) {
        return scheduler.recent().stream()
                .filter(proof -> proof.open().value() == open)
                .toList();
    }

    @Test
    void partitionsGoTogether_whenTheUsualGasOfAllFits() {
        start(60 * MILLION);
        advanceTo(OPEN);
        untilIncluded(1);

        assertThat(partitionsOfMessages()).containsExactly(List.of(0L, 1L));
    }

    @Test
    void partitionsGoAlone_whenTheUsualGasOfOneMoreDoesNotFit() {
        start(59 * MILLION);
        advanceTo(OPEN);
        untilIncluded(2);

        assertThat(partitionsOfMessages()).containsExactlyInAnyOrder(List.of(0L), List.of(1L));
        assertThat(ofWindow(OPEN)).allSatisfy(proof -> assertThat(proof.count()).isOne());
    }

    @Test
    void partitionsGoAlone_whenTheNodesEstimateIsTooHigh_andSoTheyDoInTheNextWindowFromTheStart() {
        chain.gasOfAPartition(60 * MILLION);
        start(100 * MILLION);
        advanceTo(OPEN);
        until(() -> ofWindow(OPEN).stream().anyMatch(proof -> proof.phase() == Phase.SPLIT));
        chain.advance(1);
        untilIncluded(2);

        assertThat(partitionsOfMessages()).containsExactlyInAnyOrder(List.of(0L), List.of(1L));
        assertThat(ofWindow(OPEN)).anySatisfy(proof -> {
            assertThat(proof.phase()).isEqualTo(Phase.SPLIT);
            assertThat(proof.note()).contains("gas limit of 150000000, 100000000 are allowed");
        });

        advanceTo(OPEN + PERIOD);
        untilIncluded(4);
        assertThat(ofWindow(OPEN + PERIOD))
                .hasSize(2)
                .allSatisfy(proof -> assertThat(proof.count()).isOne());
    }

    @Test
    void partitionsGoTogetherAgain_whenTheLastMessagesNeededLittle() {
        chain.gasOfAPartition(10 * MILLION);
        start(59 * MILLION);
        advanceTo(OPEN);
        untilIncluded(2);
        advanceTo(OPEN + PERIOD);
        untilIncluded(3);

        assertThat(partitionsOfMessages().getLast()).containsExactly(0L, 1L);
    }
}
