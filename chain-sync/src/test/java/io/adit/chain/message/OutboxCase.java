package io.adit.chain.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.Vectors;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.core.error.AditException;
import io.adit.core.error.ErrorCode;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signer;
import io.adit.core.state.SqlStateStore;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** An outbox with one key over a {@link FakeChain}, in a database that outlives a restart; and what holds of every chain afterwards. */
abstract class OutboxCase {
    static final int CONFIDENCE = 5;
    static final PrivateKey KEY = PrivateKey.generate(SignatureType.SECP256K1, new SecureRandom());
    static final PrivateKey BLS_KEY = PrivateKey.generate(SignatureType.BLS, new SecureRandom());

    @TempDir
    Path directory;

    final FakeChain chain = new FakeChain(KEY.address());
    SqlStateStore store;
    MessageOutbox outbox;

    @BeforeEach
    void open() {
        store = SqlStateStore.sqlite(directory.resolve("state.db"));
        outbox = new MessageOutbox(store, chain, signer(KEY), InstantSource.system());
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** As after kill -9: nothing but the file and the chain is left. */
    void restart() {
        chain.heal();
        store.close();
        open();
        outbox.resumeAll();
    }

    static Signer signer(PrivateKey key) {
        return new Signer() {
            @Override
            public Set<Address> addresses() {
                return Set.of(key.address());
            }

            @Override
            public Signature sign(Address address, byte[] message) {
                return key.sign(message);
            }
        };
    }

    static MessageIntent intent(String name) {
        return intent(name, MessagePriority.COMMIT, TokenAmount.ofFil("0.1"));
    }

    static MessageIntent intent(String name, MessagePriority priority, TokenAmount maxFee) {
        return new MessageIntent(
                name,
                KEY.address(),
                Address.ofId(1000),
                TokenAmount.ofFil(1),
                28,
                new byte[] {(byte) 0x80},
                maxFee,
                priority);
    }

    void assertExecutedOnce(String... keys) {
        chain.mine(2 + CONFIDENCE);
        var cids = new ArrayList<Cid>();
        for (var key : keys) {
            var lookup = outbox.found(key, CONFIDENCE);
            assertThat(lookup).as(key).isPresent();
            cids.add(lookup.get().message());
        }
        assertThat(chain.executed().stream().map(SignedMessage::cid)).containsExactlyInAnyOrderElementsOf(cids);
        assertThat(chain.executed().stream().map(signed -> signed.message().nonce()))
                .containsExactlyElementsOf(
                        IntStream.range(0, keys.length).mapToObj(Long::valueOf).toList());
    }

    /** Every push of one nonce carried the same bytes. */
    void assertSameBytesPerNonce() {
        var byNonce = new HashMap<Long, String>();
        for (var push : chain.pushes()) {
            var hex = Vectors.hex(push);
            assertThat(byNonce.merge(
                            SignedMessage.fromCbor(push).message().nonce(),
                            hex,
                            (old, now) -> old.equals(now) ? old : ""))
                    .isEqualTo(hex);
        }
    }

    static ErrorCode codeOf(Throwable thrown) {
        return ((AditException) thrown).code();
    }

    static SignedMessage foreign(long nonce) {
        var message = Message.unpriced(KEY.address(), Address.ofId(99), TokenAmount.ZERO, 0, new byte[0])
                .withNonce(nonce);
        return new SignedMessage(message, KEY.sign(message.signingBytes()));
    }
}
