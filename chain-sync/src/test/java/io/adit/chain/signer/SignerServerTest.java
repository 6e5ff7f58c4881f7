package io.adit.chain.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.AditException;
import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborReader;
import io.adit.core.keys.KeyErrorCode;
import io.adit.core.keys.Signatures;
import io.adit.core.slash.Doubt;
import io.adit.core.slash.SlashErrorCode;
import io.adit.core.slash.SlashGuard;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignerServerTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final long EPOCH =
            Duration.between(SignerFixture.GENESIS_TIME, NOON).toSeconds() / 30;

    @TempDir
    Path root;

    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private @Nullable SignerFixture fixture;
    private @Nullable SignerServer server;

    @BeforeEach
    void start() throws IOException {
        fixture = new SignerFixture(root, "[socket]\ntimeout = \"2s\"\nconnections = 16\n");
        open();
        guard().begin();
    }

    private void open() {
        InstantSource clock = now::get;
        server = SignerServer.start(fixture().keys, fixture().policyOf(), clock, new SimpleMeterRegistry());
    }

    @AfterEach
    void stop() {
        server().close();
    }

    private SignerFixture fixture() {
        return java.util.Objects.requireNonNull(fixture);
    }

    private SignerServer server() {
        return java.util.Objects.requireNonNull(server);
    }

    private SlashGuard guard() {
        return java.util.Objects.requireNonNull(server().guards().get(SignerFixture.MINER));
    }

    private static void assertCode(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static void assertRefused(String rule, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(SignerRefusedException.class, e -> {
            assertThat(e.rule()).isEqualTo(rule);
            assertThat(e.kind()).isEqualTo(ErrorKind.OPERATOR);
        });
    }

    @Test
    void messagesAreSignedAsByTheKeystore() {
        var client = fixture().client();
        var message = fixture().message(1, "1");

        var signature = client.sign(fixture().sender, SigningContents.message(message));

        assertThat(Signatures.verify(fixture().sender, message.signingBytes(), signature))
                .isTrue();
        assertThat(client.addresses()).containsExactlyInAnyOrder(fixture().sender, fixture().worker);
        assertThat(client.has(fixture().worker)).isTrue();
    }

    @Test
    void bareBytesAreNeverSigned() {
        assertCode(
                SignerErrorCode.SIGNER_NEEDS_CONTENT, () -> fixture().client().sign(fixture().sender, new byte[32]));
    }

    @Test
    void refusalCarriesRuleLimitAndValue() {
        assertThatThrownBy(() -> fixture()
                        .client()
                        .sign(
                                fixture().sender,
                                SigningContents.message(fixture().message(1, "11"))))
                .isInstanceOfSatisfying(SignerRefusedException.class, e -> {
                    assertThat(e.rule()).isEqualTo("messages.max-value");
                    assertThat(e.limit()).contains("10");
                    assertThat(e.value()).contains("11");
                });
    }

    @Test
    void dayIsLimited_andSurvivesRestart_andEndsAtMidnight() {
        sign(1, "10");
        assertRefused("messages.max-value-per-day", () -> sign(2, "6"));
        sign(2, "5");
        server().close();
        open();
        assertRefused("messages.max-value-per-day", () -> sign(3, "0.000000000000000001"));
        // The same message again costs nothing; a dearer one with its nonce costs the difference.
        sign(2, "5");
        assertRefused("messages.max-value-per-day", () -> sign(2, "5.1"));

        now.set(Instant.parse("2026-11-23T00:00:00Z"));
        sign(3, "10");
        // The clock goes back; the day does not.
        now.set(NOON);
        assertRefused("messages.max-value-per-day", () -> sign(4, "6"));
    }

    @Test
    void feesAndNumberOfTheDayAreLimited() {
        for (int nonce = 1; nonce <= 6; nonce++) {
            sign(nonce, "0");
        }
        assertRefused("messages.max-per-day", () -> sign(7, "0"));
    }

    @Test
    void limitsThatAreNearlyUsedUpAreTold_untilTheDayEnds() {
        var client = fixture().client();
        assertThat(client.nearLimits()).isEmpty();
        sign(1, "6");
        sign(2, "7");

        assertThat(client.nearLimits())
                .singleElement()
                .asString()
                .contains("MESSAGES WILL BE REFUSED", "messages.max-value-per-day of the signer is 15 FIL", "13 FIL");

        now.set(NOON.plus(Duration.ofDays(1)));
        assertThat(client.nearLimits()).isEmpty();
    }

    /** The policy allows six a day; a window proof is method 5 without value. */
    @Test
    void proofsHaveADayOfTheirOwn_whenCheaperMessagesHaveUsedTheirs() {
        for (int nonce = 1; nonce <= 6; nonce++) {
            signPreCommit(nonce);
        }
        assertRefused("messages.max-per-day", () -> signPreCommit(7));
        sign(7, "0");
        server().close();
        open();
        assertRefused("messages.max-per-day", () -> signPreCommit(8));
        for (int nonce = 8; nonce <= 12; nonce++) {
            sign(nonce, "0");
        }
        assertRefused("messages.max-per-day", () -> sign(13, "0"));
    }

    private void signPreCommit(long nonce) {
        var message = fixture().message(SignerFixture.MINER, 28, nonce, TokenAmount.ZERO);
        fixture().client().sign(fixture().sender, SigningContents.message(message));
    }

    private void sign(long nonce, String fil) {
        fixture()
                .client()
                .sign(fixture().sender, SigningContents.message(fixture().message(nonce, fil)));
    }

    @Test
    void blocksPassTheSlashGuard() {
        var client = fixture().client();
        var parents = SignerFixture.tipset(EPOCH - 1, 2, SignerFixture.genesis());
        var header = SignerFixture.header(SignerFixture.MINER, EPOCH, parents, 1);
        var other = SignerFixture.header(SignerFixture.MINER, EPOCH, parents, 2);
        assertCode(
                SlashErrorCode.SLASH_IN_DOUBT,
                () -> client.sign(fixture().worker, SigningContents.block(header, parents)));
        client.resume(SignerFixture.MINER, new Epoch(EPOCH), List.of());

        var signature = client.sign(fixture().worker, SigningContents.block(header, parents));

        assertThat(Signatures.verify(fixture().worker, header.signingBytes(), signature))
                .isTrue();
        assertThat(client.sign(fixture().worker, SigningContents.block(header, parents)))
                .isEqualTo(signature);
        assertCode(
                SlashErrorCode.SLASH_BLOCK_REFUSED,
                () -> client.sign(fixture().worker, SigningContents.block(other, parents)));
        // With its own block among the parents, which only the signer can know as its own.
        var next = List.of(parents.getFirst(), header.signed(signature)).subList(1, 2);
        var child = SignerFixture.header(SignerFixture.MINER, EPOCH + 1, next, 1);
        client.sign(fixture().worker, SigningContents.block(child, next));
        assertThat(client.status(SignerFixture.MINER).highWater()).isEqualTo(new Epoch(EPOCH + 1));
    }

    @Test
    void clocksFarApart_leaveTheGuardAsItWas() {
        var client = fixture().client();
        var before = client.status(SignerFixture.MINER);

        assertCode(
                SignerErrorCode.SIGNER_CLOCK_DIFFERS,
                () -> client.resume(SignerFixture.MINER, new Epoch(EPOCH - 960), List.of()));
        assertCode(
                SignerErrorCode.SIGNER_CLOCK_DIFFERS,
                () -> client.resume(SignerFixture.MINER, new Epoch(EPOCH + 960), List.of()));

        assertThat(client.status(SignerFixture.MINER)).isEqualTo(before);
        assertThat(before.doubt()).contains(Doubt.CHAIN_NOT_SEEN);
        client.resume(SignerFixture.MINER, new Epoch(EPOCH), List.of());
        assertThat(client.status(SignerFixture.MINER).doubt()).isEmpty();
    }

    @Test
    void unknownBlockOnChainStopsTheGuard_andTheSocketCannotClearIt() {
        var client = fixture().client();
        client.resume(SignerFixture.MINER, new Epoch(EPOCH), List.of());
        var parents = SignerFixture.genesis();
        var foreign = SignerFixture.header(SignerFixture.MINER, EPOCH, parents, 9);

        client.observe(SignerFixture.MINER, BlockContent.protection(foreign, parents.getFirst()));

        assertThat(client.status(SignerFixture.MINER).doubt()).contains(Doubt.UNKNOWN_OWN_BLOCK);
        guard().acceptEpoch(new Epoch(EPOCH));
        assertThat(client.status(SignerFixture.MINER).doubt()).isEmpty();
    }

    /** As when its disk is not mounted, or the operator's command still works on it: proofs are signed meanwhile. */
    @Test
    void messagesAreSigned_andBlocksLater_whenTheGuardCannotBeOpenedYet() {
        server().close();
        var policy = fixture().policyOf();
        var client = fixture().client();
        try (var elsewhere = SignerServer.openGuard(policy, SignerFixture.MINER, now::get, new SimpleMeterRegistry())) {
            assertThat(elsewhere.status().blocks()).isZero();
            open();

            client.sign(fixture().sender, SigningContents.message(fixture().message(1, "1")));
            assertThatThrownBy(() -> client.status(SignerFixture.MINER))
                    .isInstanceOfSatisfying(
                            AditException.class, e -> assertThat(e.code()).isEqualTo(SlashErrorCode.SLASH_GUARD_AWAY))
                    .hasMessageContaining("it is held by");
        }

        Awaitility.await().atMost(Duration.ofMinutes(1)).ignoreExceptions().until(() -> {
            client.resume(SignerFixture.MINER, new Epoch(EPOCH), List.of());
            return client.status(SignerFixture.MINER).doubt().isEmpty();
        });
    }

    @Test
    void unknownKeyIsNamed_andNotCounted() throws IOException {
        var stranger = new SignerFixture(root.resolve("stranger"), "");
        long before = Files.size(root.resolve("signer/signer-spent.log"));
        assertCode(
                KeyErrorCode.KEY_UNKNOWN,
                () -> fixture().client().sign(stranger.sender, SigningContents.message(stranger.message(1, "1"))));
        assertThat(Files.size(root.resolve("signer/signer-spent.log"))).isEqualTo(before);
    }

    @Test
    void socketIsTheOwnersOnly_andOneSignerHoldsIt() throws IOException {
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(fixture().socket())))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(fixture().socket().getParent())))
                .isEqualTo("rwx------");
        assertCode(
                SignerErrorCode.SIGNER_IN_USE,
                () -> SignerServer.start(
                        fixture().keys, fixture().policyOf(), InstantSource.system(), new SimpleMeterRegistry()));
    }

    @Test
    void openFolderIsRefused() throws IOException {
        server().close();
        Files.setPosixFilePermissions(fixture().socket().getParent(), PosixFilePermissions.fromString("rwxr-x---"));
        assertCode(SignerErrorCode.SIGNER_EXPOSED, this::open);
        Files.setPosixFilePermissions(fixture().socket().getParent(), PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void otherUsersAreRefused() throws IOException {
        server().close();
        Files.writeString(
                fixture().policyFile,
                Files.readString(fixture().policyFile)
                        .replace("[socket]\n", "[socket]\nusers = [\"somebody-else\"]\n"));
        open();
        for (int i = 0; i < 50; i++) {
            assertCode(
                    SignerErrorCode.SIGNER_PEER_REFUSED,
                    () -> fixture().client().addresses());
        }
    }

    @Test
    void namedUsersMayShareTheFolderByAGroup_thatCannotWriteInIt() throws IOException {
        server().close();
        Path folder = fixture().socket().getParent();
        Files.writeString(
                fixture().policyFile,
                Files.readString(fixture().policyFile)
                        .replace("[socket]\n", "[socket]\nusers = [\"" + Files.getOwner(folder) + "\"]\n"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx-wx---"));
        assertCode(SignerErrorCode.SIGNER_EXPOSED, this::open);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x---"));
        open();

        assertThat(fixture().client().addresses()).hasSize(2);
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(fixture().socket())))
                .isEqualTo("rw-rw----");
    }

    @Test
    void nobodyThereIsATypedError() {
        server().close();
        assertCode(SignerErrorCode.SIGNER_UNAVAILABLE, () -> fixture().client().addresses());
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(fixture().socket()));
    }

    /** Sends bytes as they are and answers the code in the answer; "closed" if there is none. */
    private String raw(byte[] bytes) throws IOException {
        try (var channel = new SignerChannel(connect(), SignerFixture.PATIENCE)) {
            channel.socket().write(ByteBuffer.wrap(bytes));
            channel.socket().shutdownOutput();
            var reader = new CborReader(channel.receive());
            reader.array();
            reader.uint();
            return reader.uint() == 0 ? "ok" : reader.text(200);
        } catch (IOException e) {
            return "closed";
        }
    }

    private static byte[] frame(byte[] content) {
        return ByteBuffer.allocate(4 + content.length)
                .putInt(content.length)
                .put(content)
                .array();
    }

    @Test
    void malformedFramesAreRefused_andTheNextRequestIsServed() throws IOException {
        assertThat(raw(frame(new byte[] {0}))).isEqualTo("MALFORMED_CBOR");
        assertThat(raw(ByteBuffer.allocate(4)
                        .putInt(SignerChannel.MAX_FRAME + 1)
                        .array()))
                .isEqualTo("SIGNER_BAD_REQUEST");
        assertThat(raw(ByteBuffer.allocate(4).putInt(-1).array())).isEqualTo("SIGNER_BAD_REQUEST");
        assertThat(raw(new byte[4])).isEqualTo("SIGNER_BAD_REQUEST");
        assertThat(raw(new byte[] {0, 0})).isEqualTo("closed");

        byte[] good = new SignerWire.Sign(
                        fixture().sender,
                        io.adit.core.keys.SigningKind.MESSAGE,
                        fixture().message(1, "0").toCbor())
                .encode();
        var random = new Random(5);
        var outcomes = new ArrayList<String>();
        for (int i = 0; i < 300; i++) {
            byte[] bad = good.clone();
            // Not in the message's params or amounts alone: anywhere.
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            outcomes.add(raw(frame(bad)));
        }
        assertThat(outcomes).doesNotContain("closed");
        for (int cut = 0; cut < good.length; cut++) {
            assertThat(raw(frame(java.util.Arrays.copyOf(good, cut)))).isNotIn("ok", "closed");
        }
        assertThat(raw(frame(java.util.Arrays.copyOf(good, good.length + 1)))).isEqualTo("MALFORMED_CBOR");
        assertThat(fixture().client().addresses()).hasSize(2);
    }

    @Test
    void slowConnectionsAreClosedAtTheirDeadline_andTooManyAtOnce() throws IOException {
        List<SocketChannel> slow = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < 16; i++) {
            var channel = connect();
            channel.write(ByteBuffer.wrap(new byte[] {0, 0}));
            slow.add(channel);
        }
        // One more finds no slot, and is not left waiting.
        assertThat(raw(new byte[] {0, 0})).isEqualTo("closed");
        for (var channel : slow) {
            assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            channel.close();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(1500), Duration.ofSeconds(20));
        org.awaitility.Awaitility.await()
                .until(() -> fixture().client().addresses().size() == 2);
    }
}
