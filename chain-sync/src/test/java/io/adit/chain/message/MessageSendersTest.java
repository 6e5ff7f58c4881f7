package io.adit.chain.message;

import static io.adit.chain.message.OutboxStage.MINER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.adit.chain.actor.BeneficiaryTerm;
import io.adit.chain.node.MinerInfo;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which address sends: the worker, what the chain has as worker by now, or an address of the lane. */
final class MessageSendersTest {
    private static final Address WORKER =
            PrivateKey.generate(SignatureType.SECP256K1, new SecureRandom()).address();
    private static final TokenAmount GAS = TokenAmount.ofAtto(500_000_000);

    @TempDir
    Path directory;

    private Optional<OutboxStage> open = Optional.empty();

    @AfterEach
    void close() {
        open.ifPresent(OutboxStage::close);
    }

    private static MessageIntent deal(OutboxStage stage, String key) {
        return stage.intent(key, MessagePriority.DEAL, GAS);
    }

    private OutboxStage withControl(Address configured) {
        var lane = new LanePolicy(Optional.of(configured), Optional.empty(), Optional.empty());
        var policy = new OutboxPolicy(Optional.of(MINER), Map.of(MessagePriority.DEAL, lane), Optional.empty());
        open = Optional.of(new OutboxStage(directory, policy));
        return open.get();
    }

    private static MinerInfo info(List<Address> control) {
        return info(Address.ofId(101), control);
    }

    private static MinerInfo info(Address worker, List<Address> control) {
        return new MinerInfo(
                Address.ofId(100),
                worker,
                Optional.empty(),
                control,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                RegisteredPoStProof.STACKED_DRG_WINDOW_2KIB_V1_1,
                SectorSize.KIB_2,
                2,
                new Epoch(0),
                Optional.empty(),
                Address.ofId(100),
                new BeneficiaryTerm(TokenAmount.ZERO, TokenAmount.ZERO, new Epoch(0)),
                Optional.empty());
    }

    private static MessageIntent ofWorker(OutboxStage stage, Address worker) {
        return ofWorker(stage, worker, MessagePriority.DEAL);
    }

    private static MessageIntent ofWorker(OutboxStage stage, Address worker, MessagePriority priority) {
        var deal = deal(stage, "a");
        return new MessageIntent(
                "a", worker, deal.to(), deal.value(), deal.method(), deal.params(), deal.maxFee(), priority);
    }

    /** The stage's own key is the control address: its chain knows no other sender. */
    @ParameterizedTest
    @CsvSource({"102,100,true", "102,1,true", "103,100,false"})
    void send_whenTheLaneHasAnAddressOfItsOwn_sendsFromItIfTheChainLetsIt(long control, long worker, boolean expected) {
        var probe = new OutboxStage(directory, OutboxPolicy.open());
        var own = probe.key.address();
        var policy = new OutboxPolicy(
                Optional.of(MINER),
                Map.of(MessagePriority.DEAL, new LanePolicy(Optional.of(own), Optional.empty(), Optional.empty())),
                Optional.empty());
        probe.chain.miner(
                info(List.of(Address.ofId(control))),
                Map.of(own, Address.ofId(102), WORKER, Address.ofId(101)),
                Map.of(WORKER, TokenAmount.ofFil(worker)));
        var outbox = probe.with(policy);
        try {
            var refusal = catchThrowable(() -> outbox.send(ofWorker(probe, WORKER)));
            assertThat(refusal == null)
                    .as("the chain of the stage knows its own sender only")
                    .isEqualTo(expected);

            assertThat(outbox.record("a").orElseThrow().from()).isEqualTo(expected ? own : WORKER);
        } finally {
            probe.close();
        }
    }

    @Test
    void send_whenTheLanesAddressHoldsTooLittle_fallsBackToTheRicherWorker() {
        var probe = new OutboxStage(directory, OutboxPolicy.open());
        open = Optional.of(probe);
        var own = probe.key.address();
        probe.chain.balance(TokenAmount.ofFil("0.5"));
        probe.chain.miner(
                info(List.of(Address.ofId(102))),
                Map.of(own, Address.ofId(102), WORKER, Address.ofId(101)),
                Map.of(WORKER, TokenAmount.ofFil(7)));
        var outbox = probe.with(new OutboxPolicy(
                Optional.of(MINER),
                Map.of(MessagePriority.DEAL, new LanePolicy(Optional.of(own), Optional.empty(), Optional.empty())),
                Optional.empty()));

        assertThat(catchThrowable(() -> outbox.send(ofWorker(probe, WORKER))))
                .as("the chain of the stage does not know the worker")
                .isInstanceOf(InsufficientFundsException.class);

        assertThat(outbox.record("a").orElseThrow().from()).isEqualTo(WORKER);
    }

    /** The stage's key is the new worker, or a control address; the old worker's is not known to its chain as a sender. */
    private Address senderAfterTheChange(long workerId, MessagePriority priority, Optional<Address> laneFrom) {
        var probe = new OutboxStage(directory, OutboxPolicy.open());
        open = Optional.of(probe);
        var own = probe.key.address();
        var third = Address.actor(new byte[] {7});
        probe.chain.miner(
                info(Address.ofId(workerId), List.of(Address.ofId(102))),
                Map.of(own, Address.ofId(102), WORKER, Address.ofId(101), third, Address.ofId(103)),
                Map.of(WORKER, TokenAmount.ofFil(1)));
        var lane = new LanePolicy(laneFrom.map(named -> own), Optional.empty(), Optional.empty());
        var outbox = probe.with(
                new OutboxPolicy(Optional.of(MINER), Optional.of(WORKER), Map.of(priority, lane), Optional.empty()));
        var refusal = catchThrowable(() -> outbox.send(ofWorker(probe, WORKER, priority)));
        var sender = outbox.record("a").orElseThrow().from();
        assertThat(refusal == null).as("sent").isEqualTo(sender.equals(own));
        return sender.equals(own) ? Address.ofId(102) : Address.ofId(101);
    }

    /** The chain takes what the old worker sends to the miner no more. */
    @ParameterizedTest
    @CsvSource({"WINDOW_POST", "COMMIT", "DEAL"})
    void send_whenTheWorkerHasChangedAndItsKeyIsHere_sendsFromTheNewOne(MessagePriority priority) {
        assertThat(senderAfterTheChange(102, priority, Optional.empty())).isEqualTo(Address.ofId(102));
    }

    @Test
    void send_whenTheWorkerHasNotChanged_sendsFromIt() {
        assertThat(senderAfterTheChange(101, MessagePriority.WINDOW_POST, Optional.empty()))
                .isEqualTo(Address.ofId(101));
    }

    @Test
    void send_whenTheWorkerHasChangedAndItsKeyIsNotHere_staysWithWhatItHas() {
        assertThat(senderAfterTheChange(103, MessagePriority.WINDOW_POST, Optional.empty()))
                .isEqualTo(Address.ofId(101));
    }

    @Test
    void send_whenTheNewWorkersKeyIsNotHereAndTheLaneHasAControlAddress_sendsFromThat() {
        assertThat(senderAfterTheChange(103, MessagePriority.WINDOW_POST, Optional.of(WORKER)))
                .isEqualTo(Address.ofId(102));
    }

    @Test
    void send_whenAnOperatorNamesTheOldWorker_sendsFromThat() {
        assertThat(senderAfterTheChange(102, MessagePriority.BACKGROUND, Optional.empty()))
                .isEqualTo(Address.ofId(101));
    }

    @Test
    void resume_whenTheWorkerHasChangedMeanwhile_sendsTheWishFromTheNewOne() {
        var probe = new OutboxStage(directory, OutboxPolicy.open());
        open = Optional.of(probe);
        var own = probe.key.address();
        var ids = Map.of(own, Address.ofId(102), WORKER, Address.ofId(101));
        probe.chain.miner(info(Address.ofId(101), List.of()), ids, Map.of());
        var outbox = probe.with(new OutboxPolicy(Optional.of(MINER), Optional.of(WORKER), Map.of(), Optional.empty()));
        assertThat(catchThrowable(() -> outbox.send(ofWorker(probe, WORKER)))).isNotNull();

        probe.chain.miner(info(Address.ofId(102), List.of()), ids, Map.of());
        assertThat(outbox.resume("a")).isPresent();

        assertThat(outbox.record("a").orElseThrow().from()).isEqualTo(own);
    }

    @Test
    void send_whenTheKeyOfTheLanesAddressIsNotHere_fallsBackToTheWorker() {
        var stage = withControl(Address.actor(new byte[] {9}));
        stage.chain.miner(info(List.of()), Map.of(stage.key.address(), Address.ofId(101)), Map.of());

        stage.outbox.send(deal(stage, "a"));

        assertThat(stage.outbox.record("a").orElseThrow().from()).isEqualTo(stage.key.address());
    }
}
