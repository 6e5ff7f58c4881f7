package io.adit.chain.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signer;
import io.adit.core.state.MessageState;
import io.adit.core.state.SqlStateStore;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node that is slow to answer for one address, and the messages of another. */
final class SendersApartTest {
    private static final PrivateKey ONE = PrivateKey.generate(SignatureType.SECP256K1, new SecureRandom());
    private static final PrivateKey OTHER = PrivateKey.generate(SignatureType.SECP256K1, new SecureRandom());

    @TempDir
    Path directory;

    private final FakeChain chain = new FakeChain(ONE.address());
    private final CountDownLatch answer = new CountDownLatch(1);
    private final AtomicInteger searches = new AtomicInteger();
    private SqlStateStore store;
    private MessageOutbox outbox;

    @BeforeEach
    void open() {
        chain.alsoSends(OTHER.address());
        store = SqlStateStore.sqlite(directory.resolve("state.db"));
        outbox = new MessageOutbox(store, chain, signer(), InstantSource.system());
    }

    @AfterEach
    void close() {
        answer.countDown();
        store.close();
    }

    private static Signer signer() {
        return new Signer() {
            @Override
            public Set<Address> addresses() {
                return Set.of(ONE.address(), OTHER.address());
            }

            @Override
            public Signature sign(Address key, byte[] message) {
                return (key.equals(ONE.address()) ? ONE : OTHER).sign(message);
            }
        };
    }

    private static MessageIntent intent(String key, PrivateKey from) {
        return new MessageIntent(
                key,
                from.address(),
                OutboxStage.MINER,
                TokenAmount.ZERO,
                28,
                new byte[] {(byte) 0x80},
                TokenAmount.ofFil("0.1"),
                MessagePriority.DEAL);
    }

    /** The first search gets no answer, whoever is first. */
    private void hangAtTheFirstSearch() {
        chain.onCall(call -> {
            if (call.equals("search") && searches.getAndIncrement() == 0) {
                try {
                    answer.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
    }

    private long done() {
        return List.of("a", "b").stream()
                .filter(key -> outbox.record(key).orElseThrow().state() == MessageState.DONE)
                .count();
    }

    @Test
    @Timeout(60)
    void settle_whenTheNodeIsSlowForOneSender_settlesTheOthersAndPassesThatOneOver() throws InterruptedException {
        outbox.send(intent("a", ONE));
        outbox.send(intent("b", OTHER));
        chain.mine(40);
        hangAtTheFirstSearch();

        var first = Thread.ofVirtual().start(outbox::settle);
        await().atMost(Duration.ofSeconds(10)).until(() -> done() == 1);
        outbox.settle();

        assertThat(searches).as("nobody asks again for the one that waits").hasValue(2);
        answer.countDown();
        first.join();
        assertThat(done()).isEqualTo(2);
    }
}
