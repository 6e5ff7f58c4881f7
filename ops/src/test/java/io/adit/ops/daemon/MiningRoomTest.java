package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.chain.node.PartialFullNode;
import io.adit.core.config.ConfigLoader;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signer;
import io.adit.core.slash.Doubt;
import io.adit.core.slash.MiningLease;
import io.adit.core.slash.ProtectedBlock;
import io.adit.core.slash.SlashErrorCode;
import io.adit.core.slash.SlashGuard;
import io.adit.core.state.SilentForwarder;
import io.adit.core.state.SqlStateStore;
import io.adit.core.state.StateStore;
import io.adit.core.state.TestPostgres;
import io.adit.ops.api.ApiRoute;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the slash guard needs may come later than the node: its disks, its database, the end of the process before. */
class MiningRoomTest {
    private static final Address MINER = Address.ofId(1000);
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    private Path folder;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Signer keys = Signer.of(PrivateKey.of(SignatureType.SECP256K1, scalar()));

    private NodeHome home;
    private NodeSettings settings;

    private static byte[] scalar() {
        var scalar = new byte[32];
        scalar[31] = 7;
        return scalar;
    }

    @BeforeEach
    void configure() {
        home = new NodeHome(folder.resolve("node"));
        home.create();
        var toml = "[mining]\nguard = \"%s\"\nanchor = \"%s\"\n".formatted(guard(), anchor());
        settings = new NodeSettings(
                ConfigLoader.parse(toml, home.directory(), Map.of("HOME", folder.toString())),
                Facts.of(MINER, keys.addresses().iterator().next()));
    }

    private Path guard() {
        return folder.resolve("disk").resolve("slash");
    }

    private Path anchor() {
        return folder.resolve("volume").resolve("anchor");
    }

    private SqlStateStore sqlite() {
        return SqlStateStore.sqlite(home.directory().resolve("state.db"));
    }

    private MiningRoom room(StateStore store) {
        return MiningRoom.open(
                home, settings, new PartialFullNode(), store, keys, () -> true, registry, Duration.ofMillis(20));
    }

    private SlashGuard opened() {
        return GuardRoom.open(
                settings.config().mining(), MINER, settings.facts().genesis(), MiningLease.NONE, registry);
    }

    private Optional<Doubt> doubt(MiningRoom room) {
        return room.signer().status(MINER).doubt();
    }

    private void until(MiningRoom room) {
        Awaitility.await().atMost(LONG).until(() -> room.problem().isEmpty());
    }

    /** A guard that has run here, as a node leaves it. */
    private void ran() {
        try (var begun = opened()) {
            begun.begin();
        }
        try (var store = sqlite();
                var room = room(store)) {
            assertThat(doubt(room)).contains(Doubt.CHAIN_NOT_SEEN);
            room.signer().resume(MINER, new Epoch(7), List.of());
            assertThat(doubt(room)).isEmpty();
        }
    }

    @Test
    void guardIsOpenedLater_whenTheProcessBeforeStillHasIt() {
        var before = opened();
        try (var store = sqlite();
                var room = room(store)) {
            before.begin();
            assertThat(room.problem().orElse(""))
                    .contains("no blocks are made: making blocks has not started", "it is held by");
            assertThatThrownBy(() -> room.signer().status(MINER))
                    .isInstanceOfSatisfying(
                            AditException.class, e -> assertThat(e.code()).isEqualTo(SlashErrorCode.SLASH_GUARD_AWAY));

            before.close();

            until(room);
            assertThat(doubt(room)).contains(Doubt.CHAIN_NOT_SEEN);
        } finally {
            before.close();
        }
    }

    @Test
    void guardIsOpenedLater_whenItsAnchorCannotBeRead() throws Exception {
        ran();
        var kept = folder.resolve("kept");
        Files.move(anchor(), kept);
        Files.createDirectory(anchor());
        try (var store = sqlite();
                var room = room(store)) {
            assertThat(room.problem().orElse("")).contains("no blocks are made", anchor().toString());

            Files.delete(anchor());
            Files.move(kept, anchor());

            until(room);
            assertThat(doubt(room)).contains(Doubt.CHAIN_NOT_SEEN);
        }
    }

    @Test
    void guardIsOpenedLater_whenTheDatabaseIsAwayForAWhile() throws Exception {
        try (var begun = opened()) {
            begun.begin();
        }
        var database = TestPostgres.freshDatabase();
        var server = URI.create(database.substring("jdbc:".length()));
        var forwarder = new SilentForwarder(0, server.getPort());
        int port = forwarder.port();
        var throughTheDoor = database.replace(":" + server.getPort() + "/", ":" + port + "/");
        try (var store = SqlStateStore.postgres(throughTheDoor, "postgres", "postgres")) {
            forwarder.close();
            try (var room = room(store)) {
                Awaitility.await()
                        .atMost(LONG)
                        .until(() -> room.problem().orElse("").contains("making blocks has not started: "));

                try (var again = new SilentForwarder(port, server.getPort())) {
                    assertThat(again).isNotNull();
                    until(room);
                    assertThat(doubt(room)).contains(Doubt.CHAIN_NOT_SEEN);
                }
            }
        } finally {
            forwarder.close();
        }
    }

    /** The guard's disk is not mounted: what lies below the mount point is an empty folder, or none. */
    @Test
    void nothingIsBegunAnew_whenTheDiskOfTheGuardIsNotMounted() throws IOException {
        ran();
        var unmounted = Files.move(folder.resolve("disk"), folder.resolve("unmounted"));
        try (var store = sqlite();
                var room = room(store)) {
            assertThat(room.problem().orElse(""))
                    .contains(guard() + " does not hold the slash guard", "adit slash-guard accept-epoch");
            assertThat(folder.resolve("disk")).doesNotExist();
            Files.createDirectory(folder.resolve("disk"));
            assertThatThrownBy(() -> room.signer().status(MINER)).hasMessageContaining("is not open");

            Files.delete(folder.resolve("disk"));
            Files.move(unmounted, folder.resolve("disk"));

            until(room);
            room.signer().resume(MINER, new Epoch(8), List.of());
            assertThat(doubt(room)).isEmpty();
        }
    }

    /** As after a node's directory was made anew, or of a standby that was never prepared. */
    @Test
    void nothingIsBegunAnew_whenTheDiskIsNotMountedAndTheNodeKnowsNoGuard() throws IOException {
        ran();
        Files.delete(home.knownGuardFile());
        var unmounted = Files.move(folder.resolve("disk"), folder.resolve("unmounted"));
        try (var store = sqlite();
                var room = room(store)) {
            assertThat(room.problem().orElse(""))
                    .contains(guard() + " holds no slash guard", "adit slash-guard accept-epoch");
            assertThat(folder.resolve("disk")).doesNotExist();

            Files.move(unmounted, folder.resolve("disk"));

            until(room);
            room.signer().resume(MINER, new Epoch(8), List.of());
            assertThat(doubt(room)).isEmpty();
            assertThat(home.knownGuardFile()).exists();
        }
    }

    @Test
    void guardOfAMinerThatIsNewHere_isOpenedForTheOperatorToBegin_alsoAfterARestart() {
        for (int start = 0; start < 2; start++) {
            try (var store = sqlite();
                    var room = room(store)) {
                until(room);
                assertThat(doubt(room)).contains(Doubt.LOG_MISSING);
            }
        }
    }

    /** The guard of a standby was copied from the node that has mined last. */
    @Test
    void standbyWaitsOutTheOtherNodesEpochs_whenItsGuardWasCopiedFromThere() {
        ran();
        var known = new KnownGuard(home, settings.config().mining());
        try (var guard = opened()) {
            known.underNewName(guard, () -> accept(guard, 3));
            known.remember(guard.status());
        }
        assertMinesAfter(8, 9);
    }

    @Test
    void nodeWaitsForTheOperator_whenItsCommandWasKilledBetweenTheTwoNames() throws IOException {
        ran();
        var known = new KnownGuard(home, settings.config().mining());
        try (var guard = opened()) {
            known.underNewName(guard, () -> accept(guard, 3));
        }
        assertAnother();

        try (var guard = opened()) {
            assertThatThrownBy(() -> known.underNewName(guard, () -> {
                        throw new AssertionError("killed");
                    }))
                    .hasMessage("killed");
            assertThat(guard.status().floor()).isEqualTo(new Epoch(3));
        }
        assertAnother();

        // A standby that has never run knows none: it waits for the other node's epochs.
        Files.delete(home.knownGuardFile());
        assertMinesAfter(8, 9);
    }

    @Test
    void guardKeepsItsName_whenTheOperatorsWordIsRefused() throws IOException {
        ran();
        var name = Files.readString(guard().resolve("holder"));
        try (var guard = opened()) {
            assertThatThrownBy(() -> new KnownGuard(home, settings.config().mining())
                            .underNewName(guard, () -> accept(guard, -7)))
                    .hasMessageContaining("last epoch that may be signed");
        }
        assertThat(guard().resolve("holder")).hasContent(name);
        assertMinesAfter(8, -1);
    }

    /** The name that the other node knows its guard by must not stay that of the one which signs. */
    @Test
    void guardGetsANewName_byTheOperatorsWordToARunningNode() throws IOException {
        ran();
        var before = Files.readString(guard().resolve("holder"));
        try (var store = sqlite();
                var room = room(store)) {
            until(room);
            room.signer().resume(MINER, new Epoch(8), List.of());

            word(room)
                    .action()
                    .answer(
                            List.of("accept-epoch"),
                            JsonNodeFactory.instance.objectNode().put("epoch", 3));

            assertThat(home.knownGuardFile()).hasSameTextualContentAs(guard().resolve("holder"));
            assertThat(Files.readString(guard().resolve("holder"))).isNotEqualTo(before);
            assertThat(doubt(room)).contains(Doubt.CHAIN_NOT_SEEN);
            room.signer().resume(MINER, new Epoch(20), List.of());
            assertThat(doubt(room)).isEmpty();
        }
        assertMinesAfter(21, 21);
        // The node whose guard was copied.
        Files.writeString(guard().resolve("holder"), before);
        Files.writeString(home.knownGuardFile(), before);
        assertMinesAfter(30, 31);
    }

    /** The command is given again once its disk is there; until then the node's next start must find its own guard. */
    @Test
    void guardKeepsItsName_whenTheOperatorsWordComesWhileItsDiskIsAway() throws IOException {
        ran();
        var before = Files.readString(guard().resolve("holder"));
        try (var store = sqlite();
                var room = room(store)) {
            until(room);
            var unmounted = Files.move(folder.resolve("disk"), folder.resolve("unmounted"));
            Files.createDirectories(guard());

            assertThatThrownBy(() -> word(room)
                            .action()
                            .answer(
                                    List.of("accept-epoch"),
                                    JsonNodeFactory.instance.objectNode().put("epoch", 3)))
                    .isInstanceOfSatisfying(
                            AditException.class,
                            e -> assertThat(e.code()).isEqualTo(SlashErrorCode.SLASH_LOG_UNWRITABLE));

            assertThat(guard()).isEmptyDirectory();
            Files.delete(guard());
            Files.delete(folder.resolve("disk"));
            Files.move(unmounted, folder.resolve("disk"));
        }
        assertThat(guard().resolve("holder")).hasContent(before);
        assertMinesAfter(8, -1);
    }

    /** The log was not renewed, and the guard heals: it must mine under the name that the next start will find. */
    @Test
    void nodeGoesOnUnderTheNewName_whenTheOperatorsWordFailedHalfDone() throws IOException {
        ran();
        var before = Files.readString(guard().resolve("holder"));
        try (var store = sqlite();
                var room = room(store)) {
            until(room);
            room.signer().resume(MINER, new Epoch(8), List.of());
            var inTheWay = Files.createDirectory(anchor().resolveSibling("anchor.tmp"));
            Files.createFile(inTheWay.resolve("file"));

            assertThatThrownBy(() -> acceptEpoch(room, 3))
                    .isInstanceOfSatisfying(
                            AditException.class,
                            e -> assertThat(e.code()).isEqualTo(SlashErrorCode.SLASH_LOG_UNWRITABLE));

            assertThat(home.knownGuardFile()).hasSameTextualContentAs(guard().resolve("holder"));
            assertThat(Files.readString(guard().resolve("holder"))).isNotEqualTo(before);
            Files.delete(inTheWay.resolve("file"));
            Files.delete(inTheWay);
            Awaitility.await().atMost(LONG).until(() -> !doubt(room).equals(Optional.of(Doubt.LOG_UNWRITABLE)));
            acceptEpoch(room, 3);
            room.signer().resume(MINER, new Epoch(20), List.of());
            assertThat(doubt(room)).isEmpty();
        }
        assertMinesAfter(21, 21);
    }

    /** Without the new lease nothing is signed: the old one is what the node knows whose guard was copied here. */
    @Test
    void leaseIsTakenLater_whenTheDatabaseFailsAfterTheOperatorsWord() throws IOException {
        ran();
        var failing = new AtomicBoolean();
        try (var store = sqlite();
                var room = room(failing(store, failing))) {
            until(room);
            room.signer().resume(MINER, new Epoch(8), List.of());
            failing.set(true);

            acceptEpoch(room, 3);

            assertThat(home.knownGuardFile()).hasSameTextualContentAs(guard().resolve("holder"));
            assertThat(room.problem().orElse("")).contains("new name has not started", "the database is away");
            assertThatThrownBy(() -> room.signer().resume(MINER, new Epoch(9), List.of()))
                    .isInstanceOfSatisfying(
                            AditException.class, e -> assertThat(e.code()).isEqualTo(SlashErrorCode.SLASH_LEASE_LOST));

            failing.set(false);
            until(room);
            room.signer().resume(MINER, new Epoch(20), List.of());
            assertThat(doubt(room)).isEmpty();
        }
        assertMinesAfter(21, 21);
    }

    private static StateStore failing(StateStore store, AtomicBoolean failing) {
        return (StateStore) Proxy.newProxyInstance(
                StateStore.class.getClassLoader(), new Class<?>[] {StateStore.class}, (proxy, method, given) -> {
                    if (failing.get()) {
                        throw new AditException(SlashErrorCode.SLASH_GUARD_AWAY, "the database is away");
                    }
                    return method.invoke(store, given);
                });
    }

    private static void acceptEpoch(MiningRoom room, long epoch) {
        word(room)
                .action()
                .answer(
                        List.of("accept-epoch"),
                        JsonNodeFactory.instance.objectNode().put("epoch", epoch));
    }

    private static ApiRoute word(MiningRoom room) {
        return room.routes().all().stream()
                .filter(route -> route.method().equals("POST"))
                .findFirst()
                .orElseThrow();
    }

    private static boolean accept(SlashGuard guard, long epoch) {
        guard.acceptEpoch(new Epoch(epoch));
        return true;
    }

    private void assertAnother() {
        try (var store = sqlite();
                var room = room(store)) {
            assertThat(room.problem().orElse("")).contains("another slash guard than the one");
        }
    }

    private void assertMinesAfter(long now, long floor) {
        try (var store = sqlite();
                var room = room(store)) {
            until(room);
            room.signer().resume(MINER, new Epoch(now), List.of());
            assertThat(doubt(room)).isEmpty();
            assertThat(room.signer().status(MINER).floor()).isEqualTo(new Epoch(floor));
        }
    }

    @Test
    void guardThatWasBegunOnTheWrongDisk_doesNotPassForTheNodesOwn() throws IOException {
        ran();
        Files.move(folder.resolve("disk"), folder.resolve("unmounted"));
        Files.delete(anchor());
        try (var other = opened()) {
            other.begin();
        }
        Files.writeString(guard().resolve("holder"), "another");
        try (var store = sqlite();
                var room = room(store)) {
            assertThat(room.problem().orElse("")).contains("another slash guard than the one");
        }
    }

    /** As when a permit syncs to a disk that hangs. */
    @Test
    void close_whenTheGuardHangs_ends() throws Exception {
        ran();
        var disk = new CountDownLatch(1);
        var hangs = new CountDownLatch(1);
        var blocks = new AbstractList<ProtectedBlock>() {
            @Override
            public ProtectedBlock get(int index) {
                throw new IndexOutOfBoundsException(index);
            }

            @Override
            public int size() {
                hangs.countDown();
                try {
                    disk.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return 0;
            }
        };
        try (var store = sqlite()) {
            var room = room(store);
            until(room);
            var resuming = CompletableFuture.runAsync(
                    () -> room.signer().resume(MINER, new Epoch(8), blocks), Thread::startVirtualThread);
            hangs.await();

            CompletableFuture.runAsync(room::close, Thread::startVirtualThread).get(1, TimeUnit.MINUTES);

            assertThat(resuming).isNotDone();
            assertThatThrownBy(this::opened).hasMessageContaining("it is held by");
            disk.countDown();
            Awaitility.await().atMost(LONG).ignoreExceptions().until(() -> {
                opened().close();
                return true;
            });
        } finally {
            disk.countDown();
        }
    }
}
