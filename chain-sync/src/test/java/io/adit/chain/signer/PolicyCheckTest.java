package io.adit.chain.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.CreateMinerParams;
import io.adit.chain.actor.DealLabel;
import io.adit.chain.actor.DealProposal;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.chain.type.Message;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborWriter;
import io.adit.core.keys.SigningContent;
import io.adit.core.keys.SigningKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyCheckTest {
    @TempDir
    Path root;

    private SignerFixture fixture() throws IOException {
        return new SignerFixture(root, """
                [deals]
                ask-miners = ["f01000"]
                max-proposal = "5"
                """);
    }

    private PolicyCheck check = new PolicyCheck(emptyPolicy(), InstantSource.system());

    private static SignerPolicy emptyPolicy() {
        try {
            Path file = Files.createTempFile("policy", ".toml");
            Files.writeString(file, SignerPolicy.document());
            return SignerPolicy.load(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @BeforeEach
    void readPolicy() throws IOException {
        check = new PolicyCheck(
                fixture().policyOf(), InstantSource.fixed(SignerFixture.GENESIS_TIME.plusSeconds(30 * 100)));
    }

    private static void assertRefused(String rule, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(SignerRefusedException.class, e -> {
            assertThat(e.rule()).isEqualTo(rule);
            assertThat(e.code()).isEqualTo(SignerErrorCode.SIGNER_POLICY_REFUSED);
            assertThat(e.limit()).isNotBlank();
            assertThat(e.value()).isNotBlank();
        });
    }

    private byte[] signed(Address key, SigningContent content) {
        return check.check(key, content.kind(), content.content()).signedBytes();
    }

    @ParameterizedTest
    @CsvSource({
        "f01000, 5, 0, ''",
        "f01000, 28, 10, ''",
        "f05, 4, 0, ''",
        "f01234, 0, 10, ''",
        "f01000, 28, 10.000000000000000001, messages.max-value",
        "f01000, 3, 0, messages.miner-methods",
        "f01000, 16, 0, messages.miner-methods",
        "f01000, 23, 0, messages.miner-methods",
        "f01000, 0, 1, messages.transfer-to",
        "f01001, 5, 0, messages.miners",
        "f05, 2, 1, messages.market-methods",
        "f05, 3, 0, messages.market-methods",
        "f01235, 0, 1, messages.transfer-to",
        "f04, 2, 1, messages.new-miner-owners",
        "f04, 5, 0, messages.new-miner-owners",
        "f01234, 5, 1, messages.miners",
    })
    void messagesAreDecidedByDestinationMethodAndValue(Address to, long method, String fil, String rule)
            throws IOException {
        var fixture = new SignerFixture(root.resolve("more"), "");
        var message = fixture.message(to, method, 1, TokenAmount.ofFil(fil));
        var content = SigningContents.message(message);
        if (rule.isEmpty()) {
            assertThat(signed(fixture.sender, content)).isEqualTo(message.signingBytes());
        } else {
            assertRefused(rule, () -> signed(fixture.sender, content));
        }
    }

    @Test
    void minersAreMadeOnlyForTheOwnersThatAreNamed() throws IOException {
        var owner = Address.ofId(77);
        var fixture = new SignerFixture(root.resolve("more"), "");
        Files.writeString(
                fixture.policyFile,
                Files.readString(fixture.policyFile)
                        .replace("[messages]", "[messages]\nnew-miner-owners = [\"f077\"]"));
        check = new PolicyCheck(fixture.policyOf(), InstantSource.system());
        var good = newMiner(fixture, 2, owner, "10");

        assertThat(signed(fixture.sender, SigningContents.message(good))).isEqualTo(good.signingBytes());
        assertRefused("messages.new-miner-owners", () -> send(fixture, newMiner(fixture, 2, fixture.sender, "10")));
        assertRefused("messages.new-miner-owners", () -> send(fixture, newMiner(fixture, 3, owner, "10")));
        assertRefused("messages.max-value", () -> send(fixture, newMiner(fixture, 2, owner, "10.1")));
        assertRefused(
                "messages.miner-methods",
                () -> send(fixture, fixture.message(SignerFixture.MINER, 2, 1, TokenAmount.ZERO)));
        var unreadable = fixture.message(Actor.POWER, 2, 1, TokenAmount.ZERO);
        assertThatThrownBy(() -> send(fixture, unreadable)).isInstanceOf(AditException.class);
    }

    private void send(SignerFixture fixture, Message message) {
        signed(fixture.sender, SigningContents.message(message));
    }

    private static Message newMiner(SignerFixture fixture, long method, Address owner, String fil) {
        var params = new CreateMinerParams(owner, fixture.worker, 5, new byte[0], List.of());
        var empty = fixture.message(Actor.POWER, method, 1, TokenAmount.ofFil(fil));
        return new Message(
                0,
                empty.to(),
                empty.from(),
                empty.nonce(),
                empty.value(),
                empty.gasLimit(),
                empty.gasFeeCap(),
                empty.gasPremium(),
                method,
                params.toCbor());
    }

    /** What a cancelled message is replaced by needs no entry in transfer-to; what carries value does. */
    @Test
    void messageThatDoesNothingIsAllowed_fromAnyKeyToItself() throws IOException {
        var fixture = new SignerFixture(root.resolve("more"), "");
        var nothing = fixture.message(fixture.sender, 0, 1, TokenAmount.ZERO);
        var value = fixture.message(fixture.sender, 0, 1, TokenAmount.ofAtto(1));
        var dear = nothing.withGas(1_000_000_001, TokenAmount.ofAtto(1_000_000_000), TokenAmount.ZERO);

        assertThat(signed(fixture.sender, SigningContents.message(nothing))).isEqualTo(nothing.signingBytes());
        assertRefused("messages.transfer-to", () -> signed(fixture.sender, SigningContents.message(value)));
        assertRefused("messages.max-fee", () -> signed(fixture.sender, SigningContents.message(dear)));
    }

    @Test
    void feeIsLimitTimesCap() throws IOException {
        var fixture = new SignerFixture(root.resolve("more"), "");
        var dear = fixture.message(1, "0").withGas(1_000_000_001, TokenAmount.ofAtto(1_000_000_000), TokenAmount.ZERO);

        assertRefused("messages.max-fee", () -> signed(fixture.sender, SigningContents.message(dear)));
    }

    @Test
    void negativeAmountsDoNotBuyRoom() throws IOException {
        var fixture = new SignerFixture(root.resolve("more"), "");
        Message negative = fixture.message(
                SignerFixture.MINER, 5, 1, TokenAmount.ofFil("1").negate());
        Message gas = fixture.message(1, "0").withGas(-1, TokenAmount.ofFil("1"), TokenAmount.ZERO);

        assertRefused("messages", () -> signed(fixture.sender, SigningContents.message(negative)));
        assertRefused("messages", () -> signed(fixture.sender, SigningContents.message(gas)));
    }

    @Test
    void messageOfAnotherSenderIsRefused() throws IOException {
        var fixture = new SignerFixture(root.resolve("more"), "");

        assertRefused("messages", () -> signed(fixture.worker, SigningContents.message(fixture.message(1, "0"))));
    }

    @Test
    void contentOfOneKindIsNotAnother() throws IOException {
        var fixture = new SignerFixture(root.resolve("more"), "");
        byte[] message = fixture.message(1, "0").toCbor();
        for (SigningKind kind : SigningKind.values()) {
            if (kind != SigningKind.MESSAGE) {
                assertThatThrownBy(() -> check.check(fixture.sender, kind, message))
                        .isInstanceOf(AditException.class);
            }
        }
    }

    @Test
    void headersNeedTheRightMinerTimeAndParents() {
        var parents = SignerFixture.tipset(99, 2, SignerFixture.genesis());
        var good = SignerFixture.header(SignerFixture.MINER, 100, parents, 1);
        assertThat(signed(Address.ofId(1), SigningContents.block(good, parents)))
                .isEqualTo(good.signingBytes());

        var foreign = SignerFixture.header(SignerFixture.OTHER, 100, parents, 1);
        assertRefused("blocks.miners", () -> signed(Address.ofId(1), SigningContents.block(foreign, parents)));
        var early = SignerFixture.header(SignerFixture.MINER, 102, parents, 1);
        assertRefused("blocks.genesis-time", () -> signed(Address.ofId(1), SigningContents.block(early, parents)));

        List<BlockHeader> fewer = parents.subList(0, 1);
        assertThatThrownBy(() -> SigningContents.block(good, fewer)).isInstanceOf(AditException.class);
        byte[] without = new CborWriter()
                .array(2)
                .raw(good.toCbor())
                .array(1)
                .raw(fewer.getFirst().toCbor())
                .toByteArray();
        assertThatThrownBy(() -> check.check(Address.ofId(1), SigningKind.BLOCK, without))
                .isInstanceOf(AditException.class);
    }

    @Test
    void vrfInputsAreDrawnHere_forTheOwnMinerAndTheTwoTags() {
        var input = new VrfInput(
                DomainSeparationTag.TICKET_PRODUCTION, new byte[96], new Epoch(99), SignerFixture.MINER, new byte[96]);
        assertThat(signed(Address.ofId(1), SigningContents.vrf(input)))
                .hasSize(32)
                .isEqualTo(input.signedBytes());

        var foreign = new VrfInput(input.tag(), input.base(), input.epoch(), SignerFixture.OTHER, new byte[0]);
        assertRefused("blocks.miners", () -> signed(Address.ofId(1), SigningContents.vrf(foreign)));
        byte[] otherTag = input.toCbor();
        otherTag[1] = 5;
        assertThatThrownBy(() -> check.check(Address.ofId(1), SigningKind.VRF, otherTag))
                .isInstanceOf(AditException.class);
    }

    @Test
    void proposalsAreDecidedByWhatTheyCost() throws IOException {
        var fixture = new SignerFixture(root.resolve("more"), "");
        // 1000 epochs at 0.004 FIL and 1 FIL of collateral.
        assertThat(signed(fixture.sender, SigningContents.dealProposal(proposal(fixture.sender, "0.004"))))
                .isNotEmpty();
        assertRefused(
                "deals.max-proposal",
                () -> signed(fixture.sender, SigningContents.dealProposal(proposal(fixture.sender, "0.0041"))));
        assertRefused(
                "deals", () -> signed(fixture.worker, SigningContents.dealProposal(proposal(fixture.sender, "0.001"))));
    }

    private static DealProposal proposal(Address client, String price) {
        return new DealProposal(
                SignerFixture.GENESIS,
                2048,
                false,
                client,
                SignerFixture.MINER,
                new DealLabel.Text("a label"),
                new Epoch(1000),
                new Epoch(2000),
                TokenAmount.ofFil(price),
                TokenAmount.ZERO,
                TokenAmount.ofFil("1"));
    }

    @Test
    void asksAreMapsOfTheOwnMiner() {
        byte[] own = new CborWriter()
                .map(1)
                .text("Miner")
                .bytes(SignerFixture.MINER.bytes())
                .toByteArray();
        byte[] foreign = new CborWriter()
                .map(1)
                .text("Miner")
                .bytes(SignerFixture.OTHER.bytes())
                .toByteArray();
        assertThat(signed(Address.ofId(1), SigningContents.storageAsk(own))).isEqualTo(own);
        assertRefused("deals.ask-miners", () -> signed(Address.ofId(1), SigningContents.storageAsk(foreign)));
    }

    @Test
    void statusQuestionsAreSixteenBytes() {
        var uuid = new UUID(1, 2);
        assertThat(signed(Address.ofId(1), SigningContents.dealStatus(uuid))).hasSize(16);
        assertRefused("deals.status", () -> check.check(Address.ofId(1), SigningKind.DEAL_STATUS, new byte[38]));
    }

    @Test
    void documentedDefaultsAllowNothingDangerous() throws IOException {
        var policy = emptyPolicy();
        assertThat(policy.messageMiners()).isEmpty();
        assertThat(policy.transferTargets()).isEmpty();
        assertThat(policy.newMinerOwners()).isEmpty();
        assertThat(policy.blockMiners()).isEmpty();
        assertThat(policy.minerMethodNumbers()).doesNotContain(3L, 16L, 23L, 30L);
        assertThat(SignerPolicy.document()).contains("Never list ChangeWorkerAddress");
    }

    @ParameterizedTest
    @CsvSource({
        "'[messages]\nminer-methods = [\"SubmitWindowPost\"]', is no method",
        "'[messages]\nminers = [\"f0x\"]', messages.miners",
        "'[blocks]\nminers = [\"f01000\"]', blocks.genesis",
        "'[message]\nmax-fee = \"1\"', no key",
        "'[socket]\nconnections = 0', socket.connections",
    })
    void mistakesInThePolicyAreNamed(String toml, String named) throws IOException {
        Path file = root.resolve("bad.toml");
        Files.writeString(file, toml);

        assertThatThrownBy(() -> SignerPolicy.load(file))
                .isInstanceOf(AditException.class)
                .hasMessageContaining(named);
    }
}
