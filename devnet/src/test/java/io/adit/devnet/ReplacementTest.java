package io.adit.devnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.chain.message.MessageIntent;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.message.MessagePriority;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signer;
import io.adit.core.state.MessageCandidate;
import io.adit.core.state.MessageState;
import io.adit.core.state.SqlStateStore;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The outbox replaces by fee on a chain whose pool keeps Lotus's rule. */
class ReplacementTest {
    private static final PrivateKey BLS = Provider.key("replacing", SignatureType.BLS);
    private static final PrivateKey SECP = Provider.key("replacing", SignatureType.SECP256K1);
    private static final long QUIET = 1_000_000;
    private static final Address THERE =
            Provider.key("receiving", SignatureType.SECP256K1).address();

    @TempDir
    Path directory;

    private final Devnet devnet = Devnet.inMemory(DealLifeTest.settings(29), new RecordingProofs());
    private SqlStateStore store;

    @BeforeEach
    void open() {
        store = SqlStateStore.sqlite(directory.resolve("state.db"));
        devnet.ledger().fund(BLS.address(), TokenAmount.ofFil(100));
        devnet.ledger().fund(SECP.address(), TokenAmount.ofFil(100));
        devnet.ledger().fund(THERE, TokenAmount.ofFil(1));
        devnet.advance(1);
        baseFee(QUIET);
        devnet.advance(1);
    }

    @AfterEach
    void close() {
        store.close();
        devnet.close();
    }

    private MessageOutbox outbox(PrivateKey key) {
        return new MessageOutbox(store, devnet.node(), Signer.of(key), InstantSource.system());
    }

    private static MessageIntent gift(String key, PrivateKey from, MessagePriority priority) {
        return new MessageIntent(
                key, from.address(), THERE, TokenAmount.ofAtto(1), 0, new byte[0], TokenAmount.ofFil(2), priority);
    }

    private void pass(MessageOutbox outbox, int epochs) {
        for (int i = 0; i < epochs; i++) {
            devnet.advance(1);
            outbox.settle();
        }
    }

    private void baseFee(long atto) {
        devnet.ledger().fixBaseFee(Optional.of(BigInteger.valueOf(atto)));
    }

    private List<MessageCandidate> candidates(String key) {
        return store.read(tx -> tx.messages().candidates(key));
    }

    private static SignedMessage priced(long nonce, long premium) {
        var message = Message.unpriced(SECP.address(), THERE, TokenAmount.ofAtto(1), 0, new byte[0])
                .withGas(2_000_000, TokenAmount.ofAtto(10_000_000_000L), TokenAmount.ofAtto(premium))
                .withNonce(nonce);
        return new SignedMessage(message, SECP.sign(message.signingBytes()));
    }

    /** Recorded of Lotus: a premium of 100000 is replaced by 110001, and 101000 is told so. */
    @Test
    void pool_whenAMessageIsToReplaceAnother_asksForATenthMoreAndOne() {
        devnet.node().mpoolPush(priced(0, 100_000));

        assertThatThrownBy(() -> devnet.node().mpoolPush(priced(0, 101_000)))
                .isInstanceOfSatisfying(
                        RpcException.class,
                        refusal -> assertThat(refusal.nodeMessage())
                                .isEqualTo("failed to add locked: message from " + SECP.address()
                                        + " with nonce 0 already in mpool, increase GasPremium to 110001 from 101000 to"
                                        + " trigger replace by fee: replace by fee has too low GasPremium"));
        assertThatThrownBy(() -> devnet.node().mpoolPush(priced(0, 110_000))).isInstanceOf(RpcException.class);
        var dearer = devnet.node().mpoolPush(priced(0, 110_001));

        assertThat(devnet.node().mpoolPending(TipSetKey.EMPTY))
                .extracting(SignedMessage::cid)
                .containsExactly(dearer);
    }

    @ParameterizedTest
    @EnumSource(names = {"BLS", "SECP256K1"})
    void settle_whenTheBaseFeeIsAHundredfoldForHours_executesEachMessageOnce(SignatureType type) {
        var key = type == SignatureType.BLS ? BLS : SECP;
        var outbox = outbox(key);
        outbox.send(gift("post/1", key, MessagePriority.WINDOW_POST));
        outbox.send(gift("declare/1", key, MessagePriority.RECOVERY));
        outbox.send(gift("commit/1", key, MessagePriority.COMMIT));
        baseFee(100 * QUIET);

        pass(outbox, 30);

        for (var name : List.of("post/1", "declare/1", "commit/1")) {
            var lookup = outbox.found(name, 2);
            assertThat(lookup).as(name).isPresent();
            assertThat(candidates(name))
                    .extracting(MessageCandidate::cid)
                    .contains(lookup.get().message());
            assertThat(outbox.record(name).orElseThrow().state()).isEqualTo(MessageState.DONE);
        }
        assertThat(candidates("post/1"))
                .as("its cap was raised when it was signed")
                .hasSize(1);
        assertThat(candidates("commit/1")).as("replaced").hasSize(2);
    }

    @Test
    void settle_whenPushesAreLostOnTheWay_pushesAndReplaces() {
        var outbox = outbox(SECP);
        outbox.send(gift("commit/1", SECP, MessagePriority.COMMIT));
        baseFee(100 * QUIET);
        pass(outbox, 18);
        devnet.ledger().dropNext(2);

        pass(outbox, 12);

        assertThat(outbox.found("commit/1", 2)).isPresent();
        assertThat(candidates("commit/1")).hasSizeGreaterThan(1);
    }

    @Test
    void found_whenAForkCarriesTheOtherCandidate_followsIt() {
        var outbox = outbox(SECP);
        outbox.send(gift("commit/1", SECP, MessagePriority.COMMIT));
        baseFee(100 * QUIET);
        pass(outbox, 22);
        var second = candidates("commit/1").get(1).cid();
        pass(outbox, 3);
        assertThat(outbox.found("commit/1", 1).orElseThrow().message()).isEqualTo(second);

        devnet.ledger().fixBaseFee(Optional.empty());
        devnet.reorg(10);
        pass(outbox, 25);

        Cid executed = outbox.found("commit/1", 1).orElseThrow().message();
        assertThat(candidates("commit/1")).extracting(MessageCandidate::cid).contains(executed);
        assertThat(devnet.node()
                        .stateGetActor(SECP.address(), TipSetKey.EMPTY)
                        .orElseThrow()
                        .nonce())
                .isEqualTo(1);
    }
}
