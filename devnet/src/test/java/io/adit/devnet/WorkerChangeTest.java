package io.adit.devnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.chain.actor.ChangeMultiaddrsParams;
import io.adit.chain.actor.ChangeOwnerAddressParams;
import io.adit.chain.actor.ChangeWorkerAddressParams;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.message.MessageErrorCode;
import io.adit.chain.message.MessageIntent;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.message.MessagePriority;
import io.adit.chain.message.OutboxPolicy;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signer;
import io.adit.core.state.MessageState;
import io.adit.core.state.SqlStateStore;
import io.adit.core.time.SystemTimeline;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The outbox over a chain that changes the miner's worker while the node runs. */
class WorkerChangeTest {
    private static final long DELAY = 900;
    private static final PrivateKey OWNER = Provider.key("owner", SignatureType.SECP256K1);
    private static final PrivateKey NEXT = Provider.key("next worker", SignatureType.BLS);

    @TempDir
    Path directory;

    private final Devnet devnet = Devnet.inMemory(DealLifeTest.settings(29), new RecordingProofs());
    private final Provider provider = new Provider(devnet, devnet.node());
    private SqlStateStore store;

    @BeforeEach
    void open() {
        store = SqlStateStore.sqlite(directory.resolve("state.db"));
        devnet.ledger().fund(OWNER.address(), TokenAmount.ofFil(100));
        devnet.ledger().fund(NEXT.address(), TokenAmount.ofFil(100));
        provider.createMiner();
        var owner = new ChangeOwnerAddressParams(devnet.node().stateLookupID(OWNER.address(), TipSetKey.EMPTY));
        execute(provider.worker(), MinerMethod.CHANGE_OWNER_ADDRESS, owner.toCbor());
        execute(OWNER, MinerMethod.CHANGE_OWNER_ADDRESS, owner.toCbor());
    }

    @AfterEach
    void close() {
        store.close();
        devnet.close();
    }

    private void execute(PrivateKey from, MinerMethod method, byte[] params) {
        provider.push(from, provider.miner(), TokenAmount.ZERO, method.number(), params);
        devnet.advance(2);
    }

    private Signer keys(PrivateKey... keys) {
        return new Signer() {
            @Override
            public Set<Address> addresses() {
                return Set.copyOf(
                        List.of(keys).stream().map(PrivateKey::address).toList());
            }

            @Override
            public Signature sign(Address address, byte[] message) {
                return List.of(keys).stream()
                        .filter(key -> key.address().equals(address))
                        .findFirst()
                        .orElseThrow()
                        .sign(message);
            }
        };
    }

    private MessageOutbox outbox(PrivateKey... keys) {
        var policy = new OutboxPolicy(
                Optional.of(provider.miner()), Optional.of(provider.worker().address()), Map.of(), Optional.empty());
        return new MessageOutbox(store, devnet.node(), keys(keys), policy, new SystemTimeline());
    }

    /** A message that only the miner's owner, worker and control addresses may send. */
    private MessageIntent ofWorker(String key) {
        return new MessageIntent(
                key,
                provider.worker().address(),
                provider.miner(),
                TokenAmount.ZERO,
                MinerMethod.CHANGE_MULTIADDRS.number(),
                new ChangeMultiaddrsParams(List.of()).toCbor(),
                TokenAmount.ofFil(1),
                MessagePriority.COMMIT);
    }

    private void changeWorker() {
        var id = devnet.node().stateLookupID(NEXT.address(), TipSetKey.EMPTY);
        execute(OWNER, MinerMethod.CHANGE_WORKER_ADDRESS, new ChangeWorkerAddressParams(id, List.of()).toCbor());
        devnet.advance(DELAY);
        execute(OWNER, MinerMethod.CONFIRM_CHANGE_WORKER_ADDRESS, new byte[0]);
        assertThat(devnet.node()
                        .stateMinerInfo(provider.miner(), TipSetKey.EMPTY)
                        .worker())
                .isEqualTo(id);
    }

    private void assertDoneFrom(MessageOutbox outbox, String key, PrivateKey sender) {
        devnet.advance(4);
        assertThat(outbox.found(key, 1).orElseThrow().receipt().isSuccess()).isTrue();
        var record = outbox.record(key).orElseThrow();
        assertThat(record.state()).isEqualTo(MessageState.DONE);
        assertThat(record.from()).isEqualTo(sender.address());
    }

    @Test
    void send_whenTheChainHasChangedTheWorker_goesOnWithTheNewKeyWithoutARestart() {
        var outbox = outbox(provider.worker(), NEXT);
        outbox.send(ofWorker("before"));
        assertDoneFrom(outbox, "before", provider.worker());

        changeWorker();
        outbox.send(ofWorker("after"));

        assertDoneFrom(outbox, "after", NEXT);
    }

    @Test
    void send_whenTheNewKeyIsNotHere_isRefusedByTheChainUntilItIs() {
        changeWorker();

        assertThatThrownBy(() -> outbox(provider.worker()).send(ofWorker("after")))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(MessageErrorCode.MESSAGE_WOULD_FAIL));
        var outbox = outbox(provider.worker(), NEXT);
        outbox.resume("after");

        assertDoneFrom(outbox, "after", NEXT);
    }
}
