package io.adit.ops.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.chain.message.LanePolicy;
import io.adit.chain.message.MessageErrorCode;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.message.MessagePriority;
import io.adit.chain.message.OutboxPolicy;
import io.adit.chain.type.Message;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signer;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.MessageState;
import io.adit.core.state.SqlStateStore;
import io.adit.core.time.SystemTimeline;
import io.adit.ops.daemon.LocalChain;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sends while every lane has an address and limits of its own. */
class OutboxDeskTest {
    private static final PrivateKey WORKER = PrivateKey.generate(SignatureType.SECP256K1, new SecureRandom());
    private static final Address CONTROL =
            PrivateKey.generate(SignatureType.SECP256K1, new SecureRandom()).address();
    private static final Address CLIENT =
            PrivateKey.generate(SignatureType.SECP256K1, new SecureRandom()).address();

    @TempDir
    private Path folder;

    private final LocalChain chain = LocalChain.running();
    private SqlStateStore store;

    @BeforeEach
    void open() {
        store = SqlStateStore.sqlite(folder.resolve("state.db"));
        chain.fund(WORKER.address());
        Awaitility.await()
                .until(() -> !chain.node().walletBalance(WORKER.address()).isZero());
    }

    @AfterEach
    void close() {
        store.close();
        chain.close();
    }

    private OutboxDesk desk(LanePolicy other) {
        var lanes = new EnumMap<MessagePriority, LanePolicy>(MessagePriority.class);
        for (var lane : MessagePriority.values()) {
            lanes.put(lane, new LanePolicy(Optional.of(CONTROL), Optional.empty(), Optional.empty()));
        }
        lanes.put(MessagePriority.BACKGROUND, other);
        var policy = new OutboxPolicy(
                Optional.of(Address.ofId(1000)), Optional.of(WORKER.address()), lanes, Optional.empty());
        var outbox = new MessageOutbox(store, chain.node(), Signer.of(WORKER), policy, new SystemTimeline());
        return new OutboxDesk(store, outbox, TokenAmount.ofFil("0.1"), new SecureRandom());
    }

    private static Message transfer() {
        return Message.unpriced(WORKER.address(), CLIENT, TokenAmount.ofFil(1), 0, new byte[0]);
    }

    private List<MessageRecord> records() {
        return store.read(tx -> tx.messages().recent(10));
    }

    @Test
    void send_whenEveryOtherLaneHasAnAddress_sendsFromTheOneThatTheCommandNamesWithinTheLimit() {
        var limit = TokenAmount.ofFil("0.05");
        var desk = desk(new LanePolicy(Optional.empty(), Optional.of(limit), Optional.empty()));

        var sent = desk.send("transfer", transfer());

        assertThat(records()).singleElement().satisfies(record -> {
            assertThat(record.intentKey()).isEqualTo(sent.reference()).startsWith("actor/transfer/");
            assertThat(record.from()).isEqualTo(WORKER.address());
            assertThat(record.maxFee()).isEqualTo(limit);
        });
        Awaitility.await().until(() -> desk.executed(sent, 1).isPresent());
        assertThat(chain.node().walletBalance(CLIENT)).isEqualTo(TokenAmount.ofFil(1));
    }

    @Test
    void send_whenTheDayOfTheLaneIsSpent_keepsTheOneWishAndSendsItOnceTheCapIsRaised() {
        var spent = desk(new LanePolicy(Optional.empty(), Optional.empty(), Optional.of(TokenAmount.ofAtto(1))));
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> spent.send("transfer", transfer()))
                    .isInstanceOfSatisfying(
                            AditException.class,
                            e -> assertThat(e.code()).isEqualTo(MessageErrorCode.MESSAGE_LANE_CAP));
        }
        var wanted = records().getFirst().intentKey();
        var desk = desk(LanePolicy.OPEN);

        var sent = desk.send("transfer", transfer());
        assertThat(desk.send("transfer", transfer()).reference()).isEqualTo(wanted);

        assertThat(sent.reference()).isEqualTo(wanted);
        assertThat(records()).hasSize(1);
        Awaitility.await().until(() -> desk.executed(sent, 1).isPresent());
        assertThat(chain.node().walletBalance(CLIENT)).isEqualTo(TokenAmount.ofFil(1));
    }

    @Test
    void send_whenTheSenderCannotPay_leavesNothingThatWaits() {
        var desk = desk(LanePolicy.OPEN);
        var tooMuch = Message.unpriced(WORKER.address(), CLIENT, TokenAmount.ofFil(1_000_000), 0, new byte[0]);

        assertThatThrownBy(() -> desk.send("transfer", tooMuch))
                .isInstanceOfSatisfying(
                        AditException.class,
                        e -> assertThat(e.code()).isEqualTo(MessageErrorCode.MESSAGE_INSUFFICIENT_FUNDS));

        assertThat(records()).singleElement().satisfies(record -> {
            assertThat(record.state()).isEqualTo(MessageState.CANCELLED);
            assertThat(record.error().orElseThrow()).contains("the command that asked for it has failed");
        });
    }
}
