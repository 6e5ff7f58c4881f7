package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.PowerMethod;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.TipSetKey;
import io.adit.core.config.ConfigErrorCode;
import io.adit.core.error.AditException;
import io.adit.core.error.ErrorCode;
import io.adit.core.fil.Address;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.PrivateKey;
import io.adit.core.state.Bytes;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.MessageState;
import io.adit.ops.OpsError;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code adit init} against a real chain: what a second run makes of what the first one left. */
class NodeInitTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    private Path folder;

    private final LocalChain chain = new LocalChain();
    private final List<String> said = new ArrayList<>();

    @AfterEach
    void stop() {
        chain.close();
    }

    private NodeHome home() {
        return new NodeHome(folder.resolve("node"));
    }

    private NodeInit init(Duration chainPatience) {
        return init(chain.node(), chainPatience);
    }

    private NodeInit init(FullNode node, Duration chainPatience) {
        return new NodeInit(home(), node, Map.of(), new SecureRandom(), said::add, chainPatience);
    }

    /** The chain as it would be had its figures moved: CreateMiner needs another deposit. */
    private FullNode withDeposit(TokenAmount deposit) {
        return (FullNode) Proxy.newProxyInstance(
                FullNode.class.getClassLoader(), new Class<?>[] {FullNode.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("stateMinerCreationDeposit")) {
                        return deposit;
                    }
                    try {
                        return method.invoke(chain.node(), arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private NodeInit.Choice choice(SectorSize size, Map<String, String> settings) {
        return new NodeInit.Choice(
                chain.api(), size, Optional.empty(), Optional.empty(), true, settings, Duration.ZERO);
    }

    private NodeInit.Choice choice() {
        return choice(SectorSize.KIB_2, Map.of());
    }

    private static void assertFails(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    /** The first run, which only tells where the money must go. */
    private Address fundedWorker() {
        assertFails(OpsError.LOW_FUNDS, () -> init(LONG).run(choice()));
        var worker = worker();
        chain.fund(worker);
        chain.devnet().advance(2);
        return worker;
    }

    private Address worker() {
        return home().keystore(Map.of(), new SecureRandom())
                .addresses()
                .iterator()
                .next();
    }

    @Test
    void secondRunWaitsForTheMessageOfTheFirst_whateverTheDepositIsNow() throws Exception {
        var worker = fundedWorker();
        assertFails(OpsError.CHAIN_SLOW, () -> init(Duration.ZERO).run(choice()));
        assertThat(chain.node().mpoolPending(TipSetKey.EMPTY)).hasSize(1);
        chain.devnet().start();
        var made = init(withDeposit(TokenAmount.ofFil(5000)), LONG).run(choice());

        assertThat(made.worker()).isEqualTo(worker);
        assertThat(chain.createMiners()).isEqualTo(1);
        assertThat(home().initialised()).isTrue();
    }

    @Test
    void secondRunNeedsNoMoney_afterTheFirstSpentIt() throws Exception {
        fundedWorker();
        assertFails(OpsError.CHAIN_SLOW, () -> init(Duration.ZERO).run(choice()));
        chain.devnet().advance(3);
        assertThat(chain.node().walletBalance(worker())).isLessThan(TokenAmount.ofFil(1000));

        var made = init(LONG).run(choice());

        assertThat(said).last().isEqualTo("waiting for the chain to make the miner");
        assertThat(said).filteredOn(line -> line.startsWith("fund")).hasSize(2);
        assertThat(chain.createMiners()).isEqualTo(1);
        assertThat(chain.node().stateMinerInfo(made.miner(), TipSetKey.EMPTY).sectorSize())
                .isEqualTo(SectorSize.KIB_2);
    }

    @Test
    void runThatSucceedsDecides_notTheOneThatLackedMoney() throws Exception {
        fundedWorker();
        assertThat(home().config()).doesNotExist();
        chain.devnet().start();

        init(LONG)
                .run(choice(
                        SectorSize.MIB_8,
                        Map.of(
                                "storage.paths", "/a, /b",
                                "log.level", "debug",
                                "chain.confidence", "2",
                                "node.api-listen", "[::1]:0")));

        var config = home().load(Map.of(), Map.of());
        assertThat(config.sealing().sectorSize()).isEqualTo(SectorSize.MIB_8);
        assertThat(config.market().maxPieceSize().bytes()).isEqualTo(SectorSize.MIB_8.bytes());
        assertThat(config.storage().paths()).containsExactly(Path.of("/a"), Path.of("/b"));
        assertThat(config.log().level()).hasToString("DEBUG");
        assertThat(config.node().apiListen()).hasToString("[::1]:0");
        assertThat(config.chain().nodes()).containsExactly(chain.api());
        assertThat(config.chain().confidence()).isEqualTo(2);
        assertThat(config.chain().development()).isTrue();
    }

    @Test
    void sizeIsThatOfTheMinerOnTheChain_whenAnEarlierRunChoseAnother() throws Exception {
        fundedWorker();
        assertFails(OpsError.CHAIN_SLOW, () -> init(Duration.ZERO).run(choice(SectorSize.MIB_8, Map.of())));
        chain.devnet().start();

        init(LONG).run(choice(SectorSize.KIB_2, Map.of()));

        assertThat(home().load(Map.of(), Map.of()).sealing().sectorSize()).isEqualTo(SectorSize.MIB_8);
        assertThat(said).anyMatch(line -> line.contains("8MiB") && line.contains("2KiB is not used"));
    }

    @Test
    void adoptedMinerBringsItsOwnSize() throws Exception {
        fundedWorker();
        chain.devnet().start();
        var made = init(LONG).run(choice());
        var key = home().keystore(Map.of(), new SecureRandom())
                .export(made.worker())
                .toLotusExport();
        var other = new NodeHome(folder.resolve("other"));
        var adopt = new NodeInit.Choice(
                chain.api(),
                SectorSize.GIB_32,
                Optional.of(made.miner()),
                Optional.empty(),
                true,
                Map.of(),
                Duration.ZERO);
        var second = new NodeInit(other, chain.node(), Map.of(), new SecureRandom(), said::add, LONG);

        assertFails(OpsError.WORKER_KEY_MISSING, () -> second.run(adopt));
        other.keystore(Map.of(), new SecureRandom()).add(PrivateKey.fromLotusExport(key));

        assertThat(second.run(adopt)).isEqualTo(made);
        assertThat(other.load(Map.of(), Map.of()).sealing().sectorSize()).isEqualTo(SectorSize.KIB_2);
    }

    @Test
    void wrongSettingIsRefusedBeforeAnythingIsMade() {
        assertFails(
                ConfigErrorCode.CONFIG_UNKNOWN_KEY,
                () -> init(LONG).run(choice(SectorSize.KIB_2, Map.of("log.lvel", "debug"))));
        assertFails(
                ConfigErrorCode.CONFIG_BAD_VALUE,
                () -> init(LONG).run(choice(SectorSize.KIB_2, Map.of("log.level", "loud"))));
        assertFails(
                ConfigErrorCode.CONFIG_BAD_VALUE,
                () -> init(LONG).run(choice(SectorSize.KIB_2, Map.of("sealing.sector-size", "8MiB"))));
        assertThat(home().directory().resolve("keystore")).doesNotExist();
        assertThat(home().config()).doesNotExist();
        assertThat(said).isEmpty();
    }

    @Test
    void attemptThatFailedOnTheChainIsFollowedByAnother() throws Exception {
        var worker = fundedWorker();
        var failed = MessageRecord.intent(
                        "init/create-miner",
                        worker,
                        Actor.POWER,
                        TokenAmount.ZERO,
                        PowerMethod.CREATE_MINER.number(),
                        new Bytes(new byte[0]),
                        TokenAmount.ofFil(1),
                        0,
                        Instant.EPOCH)
                .withState(MessageState.FAILED)
                .withExitCode(OptionalLong.of(18));
        try (var store = home().store(home().load(Map.of(), Map.of()))) {
            store.transactVoid(tx -> tx.messages().insertIfAbsent(failed));
        }
        chain.devnet().start();

        init(LONG).run(choice());

        assertThat(chain.createMiners()).isEqualTo(1);
        try (var store = home().store(home().load(Map.of(), Map.of()))) {
            var second = store.read(tx -> tx.messages().find("init/create-miner/2"));
            assertThat(second.orElseThrow().state()).isEqualTo(MessageState.DONE);
        }
    }
}
