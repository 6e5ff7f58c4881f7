package io.adit.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.chain.actor.Actor;
import io.adit.chain.actor.CreateMinerReturn;
import io.adit.chain.actor.ExecParams;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.MultisigConstructorParams;
import io.adit.chain.actor.ProposeParams;
import io.adit.chain.actor.ProposeReturn;
import io.adit.chain.node.MessageSendSpec;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Network;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import io.adit.ops.AditMain;
import io.adit.ops.actor.ActorChange;
import io.adit.ops.actor.Approval;
import io.adit.ops.actor.ContactChanges;
import io.adit.ops.actor.KeyChanges;
import io.adit.ops.actor.MinerAccount;
import io.adit.ops.actor.Proposal;
import io.adit.ops.daemon.LocalChain;
import io.adit.ops.daemon.NodeHome;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes of a miner whose owner is a multisig of two, each with a keystore of its own. */
class MultisigOwnerTest {
    @TempDir
    private Path folder;

    @TempDir
    private Path firstKeys;

    @TempDir
    private Path secondKeys;

    private final LocalChain chain = LocalChain.running();
    private Address first = Address.ofId(0);
    private Address second = Address.ofId(0);
    private Address multisig = Address.ofId(0);
    private Address miner = Address.ofId(0);
    private Address worker = Address.ofId(0);

    @BeforeEach
    void init() throws IOException {
        first = newKey(firstKeys, "secp256k1");
        second = newKey(secondKeys, "bls");
        multisig = newMultisig();
        var made = chain.init(new NodeHome(folder), Optional.of(multisig), Map.of());
        miner = made.miner();
        worker = made.worker();
        assertThat(made.owner()).isEqualTo(multisig);
    }

    private void pay(Address to) {
        var before = chain.node().walletBalance(to);
        chain.fund(to);
        Awaitility.await().until(() -> chain.node().walletBalance(to).compareTo(before) > 0);
    }

    private Address newKey(Path directory, String type) throws IOException {
        var made = json(0, "wallet", "new", type, "--json", "--dir", directory.toString());
        var key = Address.parse(made.path("address").asText());
        pay(key);
        return key;
    }

    /** Two of two; made by somebody who has no part in it. */
    private Address newMultisig() {
        var maker = PrivateKey.generate(SignatureType.SECP256K1, new SecureRandom());
        pay(maker.address());
        var code = Objects.requireNonNull(chain.node().stateActorCodeCIDs(29).get("multisig"));
        var constructor = new MultisigConstructorParams(List.of(first, second), 2, new Epoch(0), new Epoch(0));
        var message = chain.node()
                .gasEstimateMessageGas(
                        Message.unpriced(
                                maker.address(),
                                Actor.INIT,
                                TokenAmount.ZERO,
                                ExecParams.METHOD,
                                new ExecParams(code, constructor.toCbor()).toCbor()),
                        MessageSendSpec.maxFee(TokenAmount.ofFil(1)));
        var sent = chain.node().mpoolPush(new SignedMessage(message, maker.sign(message.signingBytes())));
        var done = chain.node().stateWaitMsg(sent, 1, -1, true);
        return CreateMinerReturn.fromCbor(done.receipt().returnValue()).idAddress();
    }

    @AfterEach
    void stop() {
        chain.close();
    }

    private JsonNode json(int expected, String... command) throws IOException {
        var out = new StringWriter();
        var line = AditMain.commandLine();
        line.setOut(new PrintWriter(out, true));
        assertThat(line.execute(command)).as(out.toString()).isEqualTo(expected);
        return new ObjectMapper().readTree(out.toString());
    }

    private ActorChange controlTaken() {
        return new KeyChanges(chain.node(), account(), Network.TESTNET).setControl(List.of());
    }

    private MinerAccount account() {
        return MinerAccount.read(chain.node(), miner);
    }

    @Test
    void ownersChangeNamesTheWayOut_whenTheOwnerHasNoKey() throws IOException {
        var shown = json(1, "actor", "control", "set", "--dry-run", "--json", "--dir", folder.toString());

        assertThat(shown.path("exitCode").asLong()).isZero();
        assertThat(shown.path("obstacles").toString()).contains("--propose-as");
    }

    @Test
    void proposalCarriesTheChange_toTheMultisig_fromOneOfItsSigners() throws IOException {
        var direct = json(
                1, "actor", "control", "set", worker.toString(), "--dry-run", "--json", "--dir", folder.toString());
        var proposed = json(
                0,
                "actor",
                "control",
                "set",
                worker.toString(),
                "--propose-as",
                first.toString(),
                "--keys-of",
                firstKeys.toString(),
                "--dry-run",
                "--json",
                "--dir",
                folder.toString());

        assertThat(Address.parse(proposed.path("to").asText())).isEqualTo(multisig);
        assertThat(proposed.path("method").asLong()).isEqualTo(2);
        assertThat(proposed.path("methodName").asText()).isEqualTo("Propose");
        assertThat(proposed.path("signerKey").asText()).isEqualTo(first.toString());
        assertThat(proposed.path("keyIsHere").asBoolean()).isTrue();
        var params = ProposeParams.fromCbor(
                HexFormat.of().parseHex(proposed.path("params").asText()));
        assertThat(params.to()).isEqualTo(miner);
        assertThat(params.method()).isEqualTo(MinerMethod.CHANGE_WORKER_ADDRESS.number());
        assertThat(params.value()).isEqualTo(TokenAmount.ZERO);
        assertThat(HexFormat.of().formatHex(params.params()))
                .isEqualTo(direct.path("params").asText());
        assertThat(proposed.path("cautions").toString()).contains("When it is approved: control addresses");
    }

    @Test
    void whatOneProposedIsDone_onceTheOtherHasApprovedIt() throws IOException {
        var set = List.of("actor", "control", "set", worker.toString(), "--propose-as", first.toString());
        var proposed = json(0, withKeys(firstKeys, set, "--yes"));
        assertThat(proposed.path("executed").path("exitCode").asLong()).isZero();

        var pending = json(0, "actor", "pending", "--json", "--dir", folder.toString());
        assertThat(pending).hasSize(1);
        assertThat(pending.path(0).path("number").asLong()).isZero();
        assertThat(pending.path(0).path("does").asText()).contains("call ChangeWorkerAddress (method 3) of " + miner);

        var approve = List.of("actor", "approve", "0", "--as", second.toString());
        var shown = json(0, withKeys(secondKeys, approve, "--dry-run"));
        assertThat(shown.path("sentence").asText()).contains("transaction 0", "ChangeWorkerAddress");
        assertThat(shown.path("cautions").toString()).contains("now it would end with exit code 0");
        assertThat(shown.path("changes").toString()).contains("1 approvals", "sent");
        assertThat(account().control()).isEmpty();

        var approved = json(0, withKeys(secondKeys, approve, "--yes"));
        assertThat(approved.path("executed").path("exitCode").asLong()).isZero();
        assertThat(chain.node().stateMinerInfo(miner, TipSetKey.EMPTY).controlAddresses())
                .containsExactly(chain.node().stateLookupID(worker, TipSetKey.EMPTY));
        assertThat(json(0, "actor", "pending", "--json", "--dir", folder.toString()))
                .isEmpty();
    }

    @Test
    void nobodyApprovesTwice_norWhatIsNotThere() throws IOException {
        var set = List.of("actor", "control", "set", worker.toString(), "--propose-as", first.toString());
        json(0, withKeys(firstKeys, set, "--yes"));

        var again =
                json(1, withKeys(firstKeys, List.of("actor", "approve", "0", "--as", first.toString()), "--dry-run"));
        assertThat(again.path("exitCode").asLong()).isEqualTo(18);
        var approval = new Approval(chain.node(), multisig, miner, Network.TESTNET);
        assertThatThrownBy(() -> approval.of(7, second)).hasMessageContaining("nothing waits under that number");
    }

    @Test
    void proposalIsTakenBack_byWhoMadeItOnly() throws IOException {
        var set = List.of("actor", "control", "set", worker.toString(), "--propose-as", first.toString());
        json(0, withKeys(firstKeys, set, "--yes"));

        var others =
                json(1, withKeys(secondKeys, List.of("actor", "cancel", "0", "--as", second.toString()), "--dry-run"));
        assertThat(others.path("exitCode").asLong()).isEqualTo(18);
        var cancel = List.of("actor", "cancel", "0", "--as", first.toString());
        var shown = json(0, withKeys(firstKeys, cancel, "--dry-run"));
        assertThat(shown.path("methodName").asText()).isEqualTo("Cancel");
        assertThat(shown.path("changes").toString()).contains("1 approvals", "gone");
        assertThat(json(0, "actor", "pending", "--json", "--dir", folder.toString()))
                .hasSize(1);

        json(0, withKeys(firstKeys, cancel, "--yes"));
        assertThat(json(0, "actor", "pending", "--json", "--dir", folder.toString()))
                .isEmpty();
    }

    @Test
    void signersChangeAsAnnounced_onceEnoughHaveApproved() throws IOException {
        var third = newKey(folder.resolve("third"), "secp256k1");
        assertThat(signers()).isEqualTo("2 of " + ids(first, second));
        var add = List.of("actor", "signers", "add", third.toString(), "--propose-as", first.toString());
        var alone =
                json(1, "actor", "signers", "add", third.toString(), "--dry-run", "--json", "--dir", folder.toString());
        assertThat(alone.path("obstacles").toString()).contains("--propose-as");

        var shown = json(0, withKeys(firstKeys, add, "--dry-run"));
        assertThat(shown.path("cautions").toString())
                .contains("When it is approved: signers " + ids(first, second) + "  ->  " + ids(first, second, third));
        json(0, withKeys(firstKeys, add, "--yes"));
        assertThat(json(0, "actor", "pending", "--json", "--dir", folder.toString())
                        .path(0)
                        .path("does")
                        .asText())
                .contains("call AddSigner (method 5) of " + multisig);
        approve(0);
        assertThat(signers()).isEqualTo("2 of " + ids(first, second, third));

        propose("swap", second.toString(), worker.toString());
        approve(1);
        assertThat(signers()).isEqualTo("2 of " + ids(first, third, worker));

        var tooMany = List.of("actor", "signers", "threshold", "4", "--propose-as", first.toString());
        var line = AditMain.commandLine();
        var refused = new StringWriter();
        line.setErr(new PrintWriter(refused, true));
        assertThat(line.execute(withKeys(firstKeys, tooMany, "--dry-run"))).isEqualTo(1);
        assertThat(refused.toString()).contains("nothing was proposed", "USR_ILLEGAL_ARGUMENT");
    }

    @Test
    void oneSignerIsLeft_whenTheOtherIsRemovedWithItsApproval() throws IOException {
        propose("remove", second.toString(), "--decrease-threshold");
        approve(0);

        assertThat(signers()).isEqualTo("1 of " + ids(first));
    }

    private void propose(String... change) throws IOException {
        var command = Stream.concat(
                        Stream.concat(Stream.of("actor", "signers"), Stream.of(change)),
                        Stream.of("--propose-as", first.toString()))
                .toList();
        json(0, withKeys(firstKeys, command, "--yes"));
    }

    private void approve(long number) throws IOException {
        var approve = List.of("actor", "approve", Long.toString(number), "--as", second.toString());
        var done = json(0, withKeys(secondKeys, approve, "--yes"));
        assertThat(done.path("changes").toString()).contains("sent").doesNotContain("failed");
    }

    private String signers() throws IOException {
        var shown = json(0, "actor", "signers", "list", "--json", "--dir", folder.toString());
        var names = new ArrayList<String>();
        shown.path("signers").forEach(name -> names.add(name.asText()));
        return shown.path("approvalsNeeded").asLong() + " of " + String.join(", ", names);
    }

    private String ids(Address... keys) {
        return Stream.of(keys)
                .map(key -> chain.node().stateLookupID(key, TipSetKey.EMPTY).toString(Network.TESTNET))
                .collect(Collectors.joining(", "));
    }

    private String[] withKeys(Path keys, List<String> command, String how) {
        return Stream.concat(
                        command.stream(),
                        Stream.of("--keys-of", keys.toString(), how, "--json", "--dir", folder.toString()))
                .toArray(String[]::new);
    }

    @Test
    void outcomeIsTheNumberToApprove_orTheChangeItself_orItsFailure() {
        var change = controlTaken();
        var proposal = Proposal.of(chain.node(), change, first, Network.TESTNET);

        assertThat(proposal.outcome().differences(new ProposeReturn(7, false, 0, new byte[0]).toCbor()))
                .singleElement()
                .satisfies(waiting -> assertThat(waiting.after()).contains("number 7"));
        assertThat(proposal.outcome().differences(new ProposeReturn(8, true, 0, new byte[0]).toCbor()))
                .isEqualTo(change.outcome().differences(new byte[0]));
        assertThat(proposal.outcome().differences(new ProposeReturn(9, true, 18, new byte[0]).toCbor()))
                .singleElement()
                .satisfies(failed -> assertThat(failed.after()).contains("USR_FORBIDDEN"));
    }

    @Test
    void nothingIsProposed_whereTheSignerIsAnAccount() {
        var own = new ContactChanges(account(), Network.TESTNET)
                .setAddresses(List.of(), account().worker());

        assertThatThrownBy(() -> Proposal.of(chain.node(), own, worker, Network.TESTNET))
                .isInstanceOf(AditException.class)
                .hasMessageContaining("is an account and no multisig");
    }

    /** Laid out by hand from the actor's types: to, value, method, params. */
    @Test
    void proposalsEncodingIsTheActors() {
        var params = new ProposeParams(Address.ofId(1000), TokenAmount.ofAtto(256), 16, new byte[] {(byte) 0x81, 0x40});
        var returned = new ProposeReturn(3, true, 0, new byte[] {0x40});

        assertThat(HexFormat.of().formatHex(params.toCbor()))
                .isEqualTo("84" + "4300e807" + "43000100" + "10" + "428140");
        assertThat(ProposeParams.fromCbor(params.toCbor())).isEqualTo(params);
        assertThat(HexFormat.of().formatHex(returned.toCbor())).isEqualTo("84" + "03" + "f5" + "00" + "4140");
        assertThat(ProposeReturn.fromCbor(returned.toCbor())).isEqualTo(returned);
        assertThat(chain.node().stateMinerInfo(miner, TipSetKey.EMPTY).owner()).isEqualTo(multisig);
    }
}
