package io.adit.devnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.adit.chain.node.ChainMessage;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signatures;
import io.adit.devnet.chain.Beacon;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers, randomness, pool rules, forks and patience. */
class ChainRulesTest {
    private final Devnet devnet = Devnet.inMemory(DealLifeTest.settings(29), new RecordingProofs());
    private final FullNode node = devnet.node();
    private final PrivateKey key = Provider.key("sender", SignatureType.SECP256K1);

    private void giveMoney() {
        devnet.ledger().fund(key.address(), TokenAmount.ofFil(1));
        devnet.advance(2);
    }

    private Message message(long nonce, long gasLimit, long feeCap, long premium) {
        return new Message(
                0,
                devnet.ledger().chain().keys().faucet().address(),
                key.address(),
                nonce,
                TokenAmount.ofAtto(1),
                gasLimit,
                TokenAmount.ofAtto(feeCap),
                TokenAmount.ofAtto(premium),
                0,
                new byte[0]);
    }

    private SignedMessage signed(Message message) {
        return new SignedMessage(message, key.sign(message.signingBytes()));
    }

    @Test
    void headersAreSigned_andTheirBeaconEntriesAndTicketsVerify() {
        devnet.ledger().skip(2);
        devnet.advance(2);
        var chain = devnet.ledger().chain();
        var head = node.chainHead().blocks().getFirst();
        var parent = node.chainGetTipSet(node.chainHead().parents()).blocks().getFirst();

        assertThat(Signatures.verify(
                        chain.keys().producer().address(),
                        head.signingBytes(),
                        head.blockSignature().orElseThrow()))
                .isTrue();
        assertThat(parent.beaconEntries())
                .hasSize(3)
                .allMatch(entry -> Beacon.verify(chain.beacon().publicKey(), entry));
        assertThat(head.ticket()).isNotEqualTo(parent.ticket());
        assertThat(head.cid()).isEqualTo(node.chainHead().key().cids().getFirst());
    }

    @Test
    void randomnessOfANullRoundIsItsPredecessorsTicket() {
        devnet.advance(3);
        devnet.ledger().skip(3);
        devnet.advance(1);

        var atNull = node.stateGetRandomnessDigestFromTickets(new Epoch(5), TipSetKey.EMPTY);
        assertThat(atNull).isEqualTo(node.stateGetRandomnessDigestFromTickets(new Epoch(3), TipSetKey.EMPTY));
        assertThat(node.stateGetRandomnessFromTickets(5, new Epoch(-20), new byte[0], TipSetKey.EMPTY))
                .isNotNull();
        assertThatThrownBy(() -> node.stateGetRandomnessFromBeacon(6, new Epoch(100), new byte[0], TipSetKey.EMPTY))
                .hasMessageContaining("future");
    }

    @Test
    void aForkHasOtherTickets_andTheMessagesLandAgain() {
        giveMoney();
        devnet.advance(3);
        var cid = node.mpoolPush(signed(message(0, 2_000_000, 200_000, 100_000)));
        devnet.advance(2);
        var before = node.stateSearchMsg(TipSetKey.EMPTY, cid, -1, true).orElseThrow();
        var ticket = node.stateGetRandomnessFromTickets(5, before.height(), new byte[0], TipSetKey.EMPTY);

        devnet.reorg(4);

        var after = node.stateSearchMsg(TipSetKey.EMPTY, cid, -1, true).orElseThrow();
        assertThat(after.tipSet()).isNotEqualTo(before.tipSet());
        assertThat(after.receipt().isSuccess()).isTrue();
        assertThat(node.stateGetRandomnessFromTickets(5, before.height(), new byte[0], TipSetKey.EMPTY))
                .isNotEqualTo(ticket);
    }

    @Test
    void aForkCarriesNoMessageBeforeItsTime_whenItIsMadeLater() {
        giveMoney();
        devnet.advance(5);
        long head = devnet.epoch();
        var cid = node.mpoolPush(signed(message(0, 2_000_000, 200_000, 100_000)));

        devnet.reorg(4);
        devnet.advance(1);

        var carried = node.chainGetTipSetByHeight(new Epoch(head + 1), TipSetKey.EMPTY);
        assertThat(node.chainGetMessagesInTipset(carried.key()))
                .extracting(ChainMessage::cid)
                .containsExactly(cid);
        assertThat(node.stateSearchMsg(TipSetKey.EMPTY, cid, -1, true)
                        .orElseThrow()
                        .height())
                .isEqualTo(new Epoch(head + 2));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 | 0           | 200000 | 100000 | message not valid for block inclusion: 'GasLimit' field 0 must be positive
            0 | 10000000001 | 200000 | 100000 | message not valid for block inclusion: 'GasLimit' field cannot be greater than a block's gas limit (10000000001 > 10000000000)
            0 | 1000        | 200000 | 100000 | verify msg failed: message will not be included in a block
            0 | 2000000     | 100    | 200    | message not valid for block inclusion: 'GasFeeCap' less than 'GasPremium'
            0 | 2000000     | 99     | 99     | gas fee cap too low
            """)
    void badMessagesAreRefused_inLotussWords(long nonce, long gasLimit, long feeCap, long premium, String words) {
        giveMoney();

        assertThatThrownBy(() -> node.mpoolPush(signed(message(nonce, gasLimit, feeCap, premium))))
                .isInstanceOfSatisfying(RpcException.class, error -> {
                    assertThat(error.nodeMessage()).startsWith(words);
                    assertThat(error.rpcCode()).isEqualTo(OptionalLong.of(1));
                });
    }

    @Test
    void aWrongSignatureIsRefused() {
        giveMoney();
        var message = message(0, 2_000_000, 200_000, 100_000);
        var forged = new SignedMessage(message, key.sign(new byte[] {1}));

        assertThatThrownBy(() -> node.mpoolPush(forged)).hasMessageContaining("signature did not match");
    }

    @Test
    void aNonceGapWaits_untilItIsFilled() {
        giveMoney();
        var later = node.mpoolPush(signed(message(1, 2_000_000, 200_000, 100_000)));
        devnet.advance(2);
        assertThat(node.stateSearchMsg(TipSetKey.EMPTY, later, -1, true)).isEmpty();
        assertThat(node.mpoolGetNonce(key.address())).isZero();

        node.mpoolPush(signed(message(0, 2_000_000, 200_000, 100_000)));
        assertThat(node.mpoolGetNonce(key.address())).isEqualTo(2);
        devnet.advance(2);

        assertThat(node.stateSearchMsg(TipSetKey.EMPTY, later, -1, true)).isPresent();
        assertThatThrownBy(() -> node.mpoolPush(signed(message(0, 3_000_000, 200_000, 100_000))))
                .hasMessageContaining("minimum expected nonce is 2, got 0: message nonce too low");
    }

    @Test
    void aMessageIsReplaced_onlyByAPremiumATenthHigher_andTheOldCidIsStillFound() {
        giveMoney();
        var first = node.mpoolPush(signed(message(0, 2_000_000, 200_000, 100_000)));
        assertThatThrownBy(() -> node.mpoolPush(signed(message(0, 2_000_000, 220_000, 101_000))))
                .hasMessageContaining("increase GasPremium to 110001 from 101000");

        var second = node.mpoolPush(signed(message(0, 2_000_000, 280_000, 125_001)));
        devnet.advance(2);

        var found = node.stateSearchMsg(TipSetKey.EMPTY, first, -1, true).orElseThrow();
        assertThat(found.message()).isEqualTo(second);
    }

    @Test
    void aSearchGoesBackAsFarAsItsLookback() {
        giveMoney();
        var cid = node.mpoolPush(signed(message(0, 2_000_000, 200_000, 100_000)));
        devnet.advance(20);

        assertThat(node.stateSearchMsg(TipSetKey.EMPTY, cid, 5, true)).isEmpty();
        assertThat(node.stateSearchMsg(TipSetKey.EMPTY, cid, 25, true)).isPresent();
        assertThat(node.stateSearchMsg(TipSetKey.EMPTY, cid, -1, true)).isPresent();
    }

    @Test
    void aSearchFails_whenTheNonceWentToADifferentMessage() {
        giveMoney();
        var first = message(0, 2_000_000, 200_000, 100_000);
        var wanted = node.mpoolPush(signed(first));
        node.mpoolPush(signed(new Message(
                0,
                first.to(),
                first.from(),
                0,
                TokenAmount.ofAtto(2),
                2_000_000,
                TokenAmount.ofAtto(280_000),
                TokenAmount.ofAtto(125_001),
                0,
                new byte[0])));
        devnet.advance(2);

        assertThatThrownBy(() -> node.stateSearchMsg(TipSetKey.EMPTY, wanted, -1, true))
                .hasMessageContaining("found message with equal nonce as the one we are looking for");
    }

    @Test
    void aMessageBelowTheBaseFeeWaits() {
        giveMoney();
        devnet.ledger().fixBaseFee(Optional.of(BigInteger.valueOf(1_000_000)));
        var cid = node.mpoolPush(signed(message(0, 2_000_000, 200_000, 100_000)));
        devnet.advance(2);
        assertThat(node.stateSearchMsg(TipSetKey.EMPTY, cid, -1, true)).isEmpty();

        devnet.ledger().fixBaseFee(Optional.empty());
        devnet.advance(20);

        assertThat(node.stateSearchMsg(TipSetKey.EMPTY, cid, -1, true)).isPresent();
    }

    /**
     * FIP-0115, in force since version 28: by at most 13 from 100 attoFIL, 15 from 113, 16 from 128; a full block that bids 20
     * beside 100 adds 20 - 13.
     */
    @ParameterizedTest
    @ValueSource(ints = {28, 29})
    void theBaseFee_risesWithWhatAFullBlockBids_andFallsOtherwise(int version) {
        try (var chain = Devnet.inMemory(DealLifeTest.settings(version), new RecordingProofs())) {
            chain.ledger().fund(key.address(), TokenAmount.ofFil(1));
            chain.advance(2);
            chain.node().mpoolPush(signed(message(0, 8_000_000_000L, 200_000, 100_000)));
            chain.advance(1);
            chain.node().mpoolPush(signed(message(1, 8_000_000_000L, 200_000, 100_000)));
            chain.advance(1);
            chain.node().mpoolPush(signed(message(2, 7_999_999_999L, 200_000, 100_000)));
            chain.advance(2);
            chain.node().mpoolPush(signed(message(3, 8_000_000_000L, 200_000, 20)));
            chain.advance(2);

            assertThat(fees(chain.node(), 7)).containsExactly("100", "100", "113", "128", "112", "100", "107");
        }
    }

    /** Of the last tipsets, the newest last. */
    private static List<String> fees(FullNode node, int tipSets) {
        var fees = new ArrayDeque<String>();
        var tipSet = node.chainHead();
        for (int at = 0; at < tipSets; at++) {
            fees.addFirst(tipSet.parentBaseFee().attoText());
            tipSet = node.chainGetTipSet(tipSet.parents());
        }
        return List.copyOf(fees);
    }

    @Test
    void aDroppedMessageIsAnsweredAndNeverLands() {
        giveMoney();
        devnet.ledger().dropNext(1);

        node.mpoolPush(signed(message(0, 2_000_000, 200_000, 100_000)));

        assertThat(node.mpoolPending(TipSetKey.EMPTY)).isEmpty();
    }

    @Test
    void aDelayedMessageReachesThePool_whenItsTimeIsOver() {
        giveMoney();
        devnet.ledger().delayNext(1, 5);

        var late = node.mpoolPush(signed(message(0, 2_000_000, 200_000, 100_000)));
        devnet.advance(5);
        assertThat(node.mpoolPending(TipSetKey.EMPTY)).isEmpty();
        assertThat(node.mpoolGetNonce(key.address())).isZero();
        devnet.advance(2);

        var found = node.stateSearchMsg(TipSetKey.EMPTY, late, -1, true).orElseThrow();
        assertThat(found.height().value()).isEqualTo(2 + 5 + 2);
    }

    @Test
    void theClockWaitsForALateProof_whenToldToBePatient() {
        var patient = Devnet.inMemory(DealLifeTest.settings(29), new RecordingProofs(), Duration.ofSeconds(30));
        var provider = new Provider(patient, patient.node());
        provider.createMiner();
        provider.preCommit(1);
        provider.prove(1);
        long deadline = provider.awaitDeadline(1);
        long last = patient.epoch() + 9;
        var stepper = Thread.ofVirtual().start(() -> patient.advanceTo(last + 5));
        await().until(patient::holding);
        assertThat(patient.epoch()).isEqualTo(last - 1);

        provider.pushBlind(
                provider.miner(),
                TokenAmount.ZERO,
                5,
                provider.windowProof(deadline, RecordingProofs.validProof()).toCbor());

        await().until(() -> !stepper.isAlive());
        assertThat(patient.holds()).isEqualTo(1);
        assertThat(patient.held()).isPositive();
        assertThat(patient.node()
                        .stateMinerFaults(provider.miner(), TipSetKey.EMPTY)
                        .isEmpty())
                .isTrue();
        assertThat(patient.node()
                        .stateMinerPower(provider.miner(), TipSetKey.EMPTY)
                        .minerPower()
                        .rawBytePower())
                .isEqualTo(2048);
        patient.close();
    }
}
