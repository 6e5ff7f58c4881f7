package io.adit.chain.message;

import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signer;
import io.adit.core.state.MessageCandidate;
import io.adit.core.state.SqlStateStore;
import io.adit.core.time.SystemTimeline;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** An outbox over a chain of its own, a database that outlives it, and a clock that stands until it is moved. */
final class OutboxStage implements AutoCloseable {
    static final int CONFIDENCE = 5;
    static final int COMMIT_PATIENCE = 20;
    static final Address MINER = Address.ofId(1000);

    final PrivateKey key = PrivateKey.generate(SignatureType.SECP256K1, new SecureRandom());
    final FakeChain chain = new FakeChain(key.address());
    private final Path directory;
    private final OutboxPolicy policy;
    private Instant now = Instant.parse("2026-11-20T22:00:00Z");
    SqlStateStore store;
    MessageOutbox outbox;

    OutboxStage(Path directory, OutboxPolicy policy) {
        this.directory = directory;
        this.policy = policy;
        store = SqlStateStore.sqlite(directory.resolve("state.db"));
        outbox = outbox();
    }

    private MessageOutbox outbox() {
        return with(policy);
    }

    MessageOutbox with(OutboxPolicy other) {
        return new MessageOutbox(store, chain, Signer.of(key), other, new SystemTimeline(() -> now));
    }

    void passTime(Duration duration) {
        now = now.plus(duration);
    }

    /** As after kill -9: nothing but the file and the chain is left. */
    void restart() {
        chain.heal();
        store.close();
        store = SqlStateStore.sqlite(directory.resolve("state.db"));
        outbox = outbox();
        outbox.resumeAll();
    }

    /** Epochs go by, and the node looks at each head. */
    void pass(int epochs) {
        for (int i = 0; i < epochs; i++) {
            chain.mine(1);
            outbox.settle();
        }
    }

    MessageIntent intent(String name, MessagePriority priority, TokenAmount maxFee) {
        return new MessageIntent(
                name, key.address(), MINER, TokenAmount.ofFil(1), 28, new byte[] {(byte) 0x80}, maxFee, priority);
    }

    /** A window proof, which moves no money. */
    MessageIntent proof(String name) {
        return new MessageIntent(
                name,
                key.address(),
                MINER,
                TokenAmount.ZERO,
                5,
                new byte[] {(byte) 0x80},
                TokenAmount.ofFil("0.1"),
                MessagePriority.WINDOW_POST);
    }

    MessageIntent commit(String name) {
        return intent(name, MessagePriority.COMMIT, TokenAmount.ofFil("0.1"));
    }

    List<MessageCandidate> candidates(String name) {
        return store.read(tx -> tx.messages().candidates(name));
    }

    @Override
    public void close() {
        store.close();
    }
}
