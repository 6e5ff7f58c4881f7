package io.adit.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.chain.actor.ChangeOwnerAddressParams;
import io.adit.chain.signer.SigningContents;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.devnet.actor.Debts;
import io.adit.ops.AditMain;
import io.adit.ops.daemon.LocalChain;
import io.adit.ops.daemon.Node;
import io.adit.ops.daemon.NodeHome;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each command of {@code adit actor} against a devnet, over RPC: what the dry run announces is what the execution then does. The
 * owner's key is in a directory of its own.
 */
class ActorCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PEER = "12D3KooWAUprNYYFLeeoaaxXxVLtHzcc2s4TKyg8rfByquttDFh8";

    @TempDir
    private Path folder;

    private final LocalChain chain = LocalChain.running();
    private Path node = Path.of("");
    private Path owners = Path.of("");
    private Address owner = Address.ofId(0);
    private Address miner = Address.ofId(0);
    private String errors = "";

    @BeforeEach
    void init() throws IOException {
        node = folder.resolve("node");
        owners = folder.resolve("owner");
        owner = newKey(owners, "secp256k1");
        miner = chain.init(new NodeHome(node), Optional.of(owner), Map.of()).miner();
        pay(miner);
    }

    @AfterEach
    void stop() {
        chain.close();
    }

    private void pay(Address to) {
        var before = chain.node().walletBalance(to);
        chain.fund(to);
        Awaitility.await().until(() -> chain.node().walletBalance(to).compareTo(before) > 0);
    }

    /** A key that the chain knows. */
    private Address newKey(Path directory, String type) throws IOException {
        var key = Address.parse(json(0, "wallet", "new", type, "--json", "--dir", directory.toString())
                .path("address")
                .asText());
        pay(key);
        return key;
    }

    private String run(int expected, String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        var line = AditMain.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        int code = line.execute(arguments);
        errors = err.toString();
        assertThat(code)
                .as("%s: %s%s", String.join(" ", arguments), out, errors)
                .isEqualTo(expected);
        return out.toString();
    }

    private JsonNode json(int expected, String... arguments) throws IOException {
        return JSON.readTree(run(expected, arguments));
    }

    private static String[] with(String[] command, String... more) {
        var all = new ArrayList<>(List.of("actor"));
        all.addAll(Arrays.asList(command));
        all.addAll(Arrays.asList(more));
        return all.toArray(String[]::new);
    }

    private JsonNode dry(int expected, String... command) throws IOException {
        return json(expected, with(command, "--dry-run", "--json", "--dir", node.toString()));
    }

    private JsonNode info() throws IOException {
        return json(0, "actor", "info", "--json", "--dir", node.toString());
    }

    private String ownerHas() {
        return owners.toString();
    }

    private String text(Address address) {
        return chain.node().stateLookupID(address, TipSetKey.EMPTY).toString();
    }

    /** Rehearses, executes, and compares; answers the execution. */
    private JsonNode asAnnounced(Path keys, String... command) throws IOException {
        var announced = dry(0, command);
        assertThat(announced.path("wouldSucceed").asBoolean()).isTrue();
        assertThat(announced.path("exitCode").asLong()).isZero();
        var key = Address.parse(announced.path("signerKey").asText());
        var heldBefore = chain.node().walletBalance(key);

        var done = keys.equals(node)
                ? json(0, with(command, "--yes", "--json", "--dir", node.toString()))
                : json(0, with(command, "--yes", "--json", "--dir", node.toString(), "--keys-of", keys.toString()));

        var executed = done.path("executed");
        assertThat(executed.path("exitCode").asLong())
                .isEqualTo(announced.path("exitCode").asLong());
        assertThat(executed.path("gasUsed").asLong())
                .isPositive()
                .isLessThanOrEqualTo(announced.path("gasLimit").asLong());
        var facts = info();
        for (var change : announced.path("changes")) {
            if (!change.path("what").asText().equals("miner")) {
                assertThat(facts.path(change.path("what").asText()).asText())
                        .as(change.path("what").asText())
                        .isEqualTo(change.path("after").asText());
            }
        }
        var paid = heldBefore.minus(chain.node().walletBalance(key));
        assertThat(paid)
                .isLessThanOrEqualTo(
                        TokenAmount.ofAtto(announced.path("mostCost").asText())
                                .plus(TokenAmount.ofAtto(announced.path("value").asText())));
        return done;
    }

    private static List<String> changed(JsonNode done) {
        var names = new ArrayList<String>();
        done.path("changes").forEach(change -> names.add(change.path("what").asText()));
        return names;
    }

    @Test
    void contactsAndNumbersChangeAsAnnounced_withTheNodesOwnKey() throws Exception {
        assertThat(changed(asAnnounced(node, "set-peer-id", PEER))).containsExactly("peerId");
        assertThat(changed(asAnnounced(node, "set-addrs", "/ip4/127.0.0.1/tcp/1234", "/dns4/sp.example/tcp/24001")))
                .containsExactly("addresses");
        assertThat(info().path("addresses").asText()).contains("/dns4/sp.example/tcp/24001");
        assertThat(changed(asAnnounced(node, "set-addrs", "--unset"))).containsExactly("addresses");
        assertThat(changed(asAnnounced(node, "compact-allocated", "--mask-upto-n", "99")))
                .containsExactly("sectorNumbersUsed");
        assertThat(info().path("sectorNumbersUsed").asText()).isEqualTo("0-99");
        assertThat(run(0, "messages", "list", "--help")).isNotBlank();
    }

    @Test
    void moneyMovesAsAnnounced() throws Exception {
        asAnnounced(owners, "withdraw", "12.5");
        var made = asAnnounced(node, "repay-debt", "3");
        assertThat(made.path("cautions").toString()).contains("There is no fee debt");

        fallIntoDebt(TokenAmount.ofFil(50));

        assertThat(dry(1, "withdraw", "1").path("exitCode").asLong()).isEqualTo(19);
        assertThat(changed(asAnnounced(node, "repay-debt", "20"))).containsExactly("feeDebt");
        assertThat(changed(asAnnounced(node, "repay-debt"))).containsExactly("feeDebt");
        assertThat(info().path("feeDebt").asText()).isEqualTo("0 FIL");
    }

    /** More than the miner has, so that the end of a deadline cannot pay it off. */
    private void fallIntoDebt(TokenAmount missing) throws IOException {
        var balance = TokenAmount.ofFil(info().path("balance").asText());
        Debts.owe(chain.devnet().ledger().chain().head().after(), miner.id().orElseThrow(), balance.plus(missing));
        Awaitility.await()
                .until(() -> TokenAmount.ofFil(info().path("balance").asText()).isZero());
        assertThat(info().path("feeDebt").asText()).isEqualTo(missing.toString());
    }

    @Test
    void ownersChangeAsAnnounced_andTheBeneficiaryGoesAlong() throws Exception {
        var next = newKey(owners, "secp256k1");

        assertThat(changed(asAnnounced(owners, "set-owner", next.toString()))).containsExactly("proposedOwner");
        assertThat(changed(asAnnounced(owners, "set-owner", next.toString(), next.toString())))
                .containsExactly("owner", "proposedOwner", "beneficiary");
        assertThat(info().path("owner").asText()).isEqualTo(text(next));
    }

    @Test
    void workerAndControlAddressesChangeAsAnnounced_onlyWhenDue() throws Exception {
        var control = newKey(node, "secp256k1");
        var worker = newKey(node, "bls");
        assertThat(changed(asAnnounced(owners, "control", "set", control.toString())))
                .containsExactly("controlAddresses");
        assertThat(json(0, "actor", "control", "list", "--json", "--dir", node.toString()))
                .hasSize(4);
        assertThat(dry(0, "confirm-change-worker").path("cautions").toString()).contains("would do nothing");

        var proposed = asAnnounced(owners, "propose-change-worker", worker.toString());

        assertThat(changed(proposed)).containsExactly("newWorker");
        assertThat(proposed.path("cautions").toString()).contains("900 epochs");
        assertThat(dry(0, "confirm-change-worker").path("changes")).isEmpty();
        chain.devnet().ledger().skip(900);
        long due = info().path("workerChangesFromEpoch").asLong();
        Awaitility.await().until(() -> chain.node().chainHead().height().value() >= due);
        if (!info().path("newWorker").asText().equals("none")) {
            assertThat(changed(asAnnounced(owners, "confirm-change-worker"))).containsExactly("worker", "newWorker");
        }
        assertThat(info().path("worker").asText()).isEqualTo(text(worker));
        assertThat(info().path("controlAddresses").asText()).isEqualTo(text(control));
    }

    @Test
    void beneficiaryIsPaidWithinItsQuota() throws Exception {
        var payee = newKey(node, "secp256k1");
        assertThat(changed(asAnnounced(owners, "propose-change-beneficiary", payee.toString(), "10", "100000")))
                .containsExactly("proposedBeneficiary");
        assertThat(changed(asAnnounced(node, "confirm-change-beneficiary")))
                .contains("beneficiary", "quota", "termEnds", "proposedBeneficiary");
        var before = chain.node().walletBalance(payee);

        assertThat(changed(asAnnounced(owners, "withdraw", "4"))).containsExactly("quotaUsed", "balance");

        assertThat(chain.node().walletBalance(payee).minus(before)).isEqualTo(TokenAmount.ofFil(4));
        var rest = dry(0, "withdraw", "100");
        assertThat(rest.path("cautions").toString()).contains("6 FIL of its quota left");
        asAnnounced(owners, "withdraw", "100");
        assertThat(dry(1, "withdraw", "1").path("exitCode").asLong()).isEqualTo(18);
        // With its quota used up the present beneficiary need not agree.
        asAnnounced(owners, "propose-change-beneficiary", owner.toString(), "0", "0");
        assertThat(info().path("beneficiary").asText()).isEqualTo(text(owner));
    }

    @Test
    void presentBeneficiaryMustAgree_whileItHasQuotaLeft() throws Exception {
        var payee = newKey(node, "secp256k1");
        var other = newKey(node, "secp256k1");
        asAnnounced(owners, "propose-change-beneficiary", payee.toString(), "10", "100000");
        asAnnounced(node, "confirm-change-beneficiary", "--new-beneficiary");

        var proposed = asAnnounced(owners, "propose-change-beneficiary", other.toString(), "5", "90000");
        assertThat(proposed.path("cautions").toString()).contains("--new-beneficiary", "--existing-beneficiary");
        asAnnounced(node, "confirm-change-beneficiary", "--new-beneficiary");
        assertThat(info().path("beneficiary").asText()).isEqualTo(text(payee));
        assertThat(changed(asAnnounced(node, "confirm-change-beneficiary", "--existing-beneficiary")))
                .contains("beneficiary", "quota");

        assertThat(info().path("beneficiary").asText()).isEqualTo(text(other));
        assertThat(dry(1, "propose-change-beneficiary", payee.toString(), "0", "100000")
                        .path("exitCode")
                        .asLong())
                .isEqualTo(16);
        assertThat(dry(1, "propose-change-beneficiary", owner.toString(), "3", "0")
                        .path("exitCode")
                        .asLong())
                .isEqualTo(16);
    }

    @Test
    void minerIsMadeAsAnnounced() throws Exception {
        var worker = newKey(node, "bls");

        var made = asAnnounced(
                node, "new", "--owner", owner.toString(), "--worker", worker.toString(), "--sector-size", "2KiB");

        var id = made.path("changes").path(0).path("after").asText().split(" ", -1)[0];
        assertThat(chain.node()
                        .stateMinerInfo(Address.parse(id), TipSetKey.EMPTY)
                        .worker()
                        .toString())
                .isEqualTo(text(worker));
    }

    @Test
    void refusalHasTheExitCodeOfTheChain() throws Exception {
        var stranger = newKey(node, "secp256k1");

        var announced = dry(1, "set-owner", stranger.toString(), stranger.toString());

        assertThat(announced.path("exitCode").asLong()).isEqualTo(18);
        run(1, "actor", "set-owner", stranger.toString(), stranger.toString(), "--yes", "--dir", node.toString());
        assertThat(errors).contains("WOULD_FAIL", "USR_FORBIDDEN");
        assertThat(executedAnyway(stranger)).isEqualTo(18);
    }

    /** What the chain says when a message is sent in spite of the dry run. */
    private long executedAnyway(Address stranger) throws InterruptedException {
        var keys = new NodeHome(node).keystore(Map.of(), new SecureRandom());
        var id = chain.node().stateLookupID(stranger, TipSetKey.EMPTY);
        var message = Message.unpriced(stranger, miner, TokenAmount.ZERO, 23, new ChangeOwnerAddressParams(id).toCbor())
                .withGas(50_000_000, TokenAmount.ofAtto(1_000_000_000), TokenAmount.ofAtto(100_000));
        var signed = new SignedMessage(message, keys.sign(stranger, SigningContents.message(message)));
        chain.node().mpoolPush(signed);
        return chain.node().stateWaitMsg(signed.cid(), 0, -1, true).receipt().exitCode();
    }

    @Test
    void ownersKeyStaysWhereItIs_messageGoesThereAndBack() throws Exception {
        var file = folder.resolve("withdraw.json");
        run(1, "actor", "withdraw", "2", "--yes", "--dir", node.toString());
        assertThat(errors).contains("KEY_ELSEWHERE", "--unsigned-out");
        run(0, "actor", "withdraw", "2", "--unsigned-out", file.toString(), "--dir", node.toString());
        run(1, "actor", "send", file.toString(), "--yes", "--dir", node.toString());
        assertThat(errors).contains("not signed yet");

        run(0, "wallet", "sign-message", file.toString(), "--yes", "--dir", ownerHas());
        var before = info().path("balance").asText();
        var sent = json(0, "actor", "send", file.toString(), "--yes", "--json", "--dir", node.toString());
        var again = json(0, "actor", "send", file.toString(), "--yes", "--json", "--dir", node.toString());

        assertThat(sent.path("exitCode").asLong()).isZero();
        assertThat(again).isEqualTo(sent);
        assertThat(TokenAmount.ofFil(before)
                        .minus(TokenAmount.ofFil(info().path("balance").asText())))
                .isEqualTo(TokenAmount.ofFil(2));
        try (var kept = Files.list(node.resolve("sent"))) {
            assertThat(kept).hasSize(1);
        }
    }

    @Test
    void changedMessageIsRefused() throws Exception {
        var file = folder.resolve("withdraw.json");
        run(0, "actor", "withdraw", "2", "--unsigned-out", file.toString(), "--dir", node.toString());
        run(0, "wallet", "sign-message", file.toString(), "--yes", "--dir", ownerHas());
        Files.writeString(file, Files.readString(file).replace("\"Method\" : 16", "\"Method\" : 17"));

        run(1, "actor", "send", file.toString(), "--yes", "--dir", node.toString());

        assertThat(errors).contains("MALFORMED_FILE");
    }

    @Test
    void runningNodeSaysSo_whenTheWorkerHasChangedUnderIt() throws Exception {
        var keys = folder.resolve("elsewhere");
        var worker = newKey(keys, "bls");
        try (var running = Node.start(new NodeHome(node), Map.of(), Map.of())) {
            assertThat(running).isNotNull();
            assertThat(health()).doesNotContain("worker");

            asAnnounced(owners, "propose-change-worker", worker.toString());
            Awaitility.await().untilAsserted(() -> assertThat(health()).contains("its key is not here: import it"));
            chain.devnet().ledger().skip(900);

            Awaitility.await().untilAsserted(() -> assertThat(health()).contains("the miner's worker has become"));
        }
    }

    private String health() {
        return NodeApi.of(node).get("/health").path("problem").asText();
    }

    @Test
    void runningNodeSendsThroughItsOutbox() throws Exception {
        try (var running = Node.start(new NodeHome(node), Map.of(), Map.of())) {
            assertThat(running).isNotNull();

            asAnnounced(node, "set-addrs", "/ip4/10.0.0.1/tcp/1");

            var sent = NodeApi.of(node).get("/api/v1/messages");
            assertThat(sent)
                    .anyMatch(message -> message.path("key").asText().startsWith("actor/set-addrs/")
                            && message.path("state").asText().equals("DONE"));
        }
    }
}
