package io.adit.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.chain.signer.SignerPolicy;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.ops.AditMain;
import io.adit.ops.daemon.LocalChain;
import io.adit.ops.daemon.Node;
import io.adit.ops.daemon.NodeHome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node without keys, and its signer in a process of its own behind a real Unix socket, on a devnet. */
class SignerCommandTest {
    private static final String PEER = "12D3KooWAUprNYYFLeeoaaxXxVLtHzcc2s4TKyg8rfByquttDFh8";

    @TempDir
    private Path folder;

    private final LocalChain chain = LocalChain.running();
    private @Nullable Process signer;
    private String errors = "";

    @AfterEach
    void stop() throws InterruptedException {
        stopSigner();
        chain.close();
    }

    private void stopSigner() throws InterruptedException {
        if (signer != null) {
            signer.destroy();
            assertThat(signer.waitFor(30, TimeUnit.SECONDS)).isTrue();
            signer = null;
        }
    }

    private Path node() {
        return folder.resolve("node");
    }

    private Path safe() {
        return folder.resolve("safe");
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
        return new ObjectMapper().readTree(run(expected, arguments));
    }

    /** A miner whose worker key is then brought to the signer's directory and taken from the node's. */
    private Address minerWithItsKeyInTheSafe() throws IOException {
        var home = new NodeHome(node());
        var made = chain.init(home, Map.of("f3.enabled", "false"));
        var keys = home.keystore(Map.of(), new SecureRandom());
        new NodeHome(safe()).keystore(Map.of(), new SecureRandom()).add(keys.export(made.worker()));
        keys.delete(made.worker());
        assertThat(keys.addresses()).isEmpty();
        return made.miner();
    }

    private void startSigner() throws IOException {
        var started = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AditMain.class.getName(),
                        "signer",
                        "run",
                        "--exit-with-parent",
                        "--dir",
                        safe().toString()))
                .redirectErrorStream(true)
                .start();
        signer = started;
        var lines = new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
        var said = new StringBuilder();
        String line = lines.readLine();
        while (line != null && !line.startsWith("Signing for ")) {
            said.append(line).append('\n');
            line = lines.readLine();
        }
        assertThat(line).as("the signer listens: %s", said).isEqualTo("Signing for 1 keys at " + socket());
        Thread.ofVirtual().start(() -> lines.lines().forEach(ignored -> {}));
    }

    private Path socket() {
        return safe().resolve("signer").resolve("signer.sock");
    }

    @Test
    void nodeWithoutKeysGetsItsMessageExecuted_andTheRefusalsReason() throws Exception {
        var miner = minerWithItsKeyInTheSafe();
        var made = json(0, "signer", "init", "--miner", miner.toString(), "--json", "--dir", safe().toString());
        assertThat(made.path("socket").asText()).isEqualTo(socket().toString());
        var policy = new NodeHome(safe()).signerPolicy();
        Files.writeString(
                policy,
                Files.readString(policy)
                        .replace(
                                "[messages]",
                                "[messages]\nminer-methods = [\"SubmitWindowedPoSt\", \"ChangeMultiaddrs\"]"));
        startSigner();
        var status = json(0, "signer", "status", "--json", "--dir", safe().toString());
        assertThat(status.path("keys")).hasSize(1);
        var keysSigner = Map.of("keys.signer", "unix:" + socket());
        var config = new NodeHome(node()).config();
        Files.writeString(config, Files.readString(config) + "\n[keys]\nsigner = \"unix:" + socket() + "\"\n");

        try (var running = Node.start(new NodeHome(node()), Map.of(), keysSigner)) {
            assertThat(running).isNotNull();

            var done =
                    json(0, "actor", "set-addrs", "/ip4/10.0.0.1/tcp/1", "--yes", "--json", "--dir", node().toString());

            assertThat(done.path("executed").path("exitCode").asLong()).isZero();
            assertThat(done.path("keyIsHere").asBoolean()).isTrue();
            run(1, "actor", "set-peer-id", PEER, "--yes", "--dir", node().toString());
            assertThat(errors).contains("messages.miner-methods", "ChangeMultiaddrs", "method 4 of");
            assertThat(json(0, "actor", "info", "--json", "--dir", node().toString())
                            .path("peerId")
                            .asText())
                    .isNotEqualTo(PEER);

            stopSigner();
            run(1, "actor", "set-addrs", "/ip4/10.0.0.2/tcp/1", "--yes", "--dir", node().toString());
            assertThat(errors).contains("SIGNER_UNAVAILABLE", "is `adit signer` running?");
            startSigner();
            json(0, "actor", "set-addrs", "/ip4/10.0.0.2/tcp/1", "--yes", "--json", "--dir", node().toString());
        }
    }

    @Test
    void minersAreMadeThroughTheSigner_forTheOwnersThatItsPolicyNames() throws Exception {
        var worker = json(0, "wallet", "new", "bls", "--json", "--dir", safe().toString())
                .path("address")
                .asText();
        run(1, "signer", "init", "--dir", safe().toString());
        assertThat(errors).contains("--new-miner-owner");
        run(0, "signer", "init", "--new-miner-owner", worker, "--max-fee", "5", "--dir", safe().toString());
        startSigner();
        chain.fund(Address.parse(worker));
        // The money is there a block later; init would refuse before.
        Awaitility.await()
                .until(() -> !chain.node().walletBalance(Address.parse(worker)).isZero());
        var arguments = new ArrayList<>(List.of("init", "--chain", chain.api(), "--sector-size", "2KiB", "--devnet"));
        for (var setting : List.of(
                "keys.signer=unix:" + socket(),
                "node.api-listen=127.0.0.1:0",
                "retrieval.http-listen=127.0.0.1:0",
                "market.libp2p-listen=/ip4/127.0.0.1/tcp/0")) {
            arguments.addAll(List.of("--set", setting));
        }
        arguments.addAll(List.of("--dir", node().toString()));
        var line = arguments.toArray(String[]::new);

        run(0, line);

        var miner = Address.parse(new NodeHome(node()).read(new NodeHome(node()).minerFile()));
        var info = chain.node().stateMinerInfo(miner, TipSetKey.EMPTY);
        assertThat(chain.node().stateAccountKey(info.owner(), TipSetKey.EMPTY)).hasToString(worker);
        assertThat(new NodeHome(node()).keystore(Map.of(), new SecureRandom()).addresses())
                .isEmpty();
        var second = json(
                0,
                "actor",
                "new",
                "--owner",
                worker,
                "--worker",
                worker,
                "--sector-size",
                "2KiB",
                "--yes",
                "--json",
                "--dir",
                node().toString());
        assertThat(second.path("executed").path("exitCode").asLong()).isZero();
        var stranger = chain.node()
                .stateAccountKey(
                        chain.node()
                                .stateMinerInfo(Address.ofId(1000), TipSetKey.EMPTY)
                                .worker(),
                        TipSetKey.EMPTY);
        run(
                1,
                "actor",
                "new",
                "--owner",
                stranger.toString(),
                "--worker",
                worker,
                "--sector-size",
                "2KiB",
                "--yes",
                "--dir",
                node().toString());
        assertThat(errors).contains("messages.new-miner-owners");
    }

    @Test
    void nodeStartsAndSaysWhatIsMissing_whenItsSignerDoesNotRun() throws Exception {
        minerWithItsKeyInTheSafe();

        try (var running = Node.start(new NodeHome(node()), Map.of(), Map.of("keys.signer", "unix:" + socket()))) {
            assertThat(running).isNotNull();
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> NodeApi.of(node())
                            .get("/health")
                            .path("problem")
                            .asText()
                            .contains("is `adit signer` running?"));
        }
    }

    @Test
    void guardOfAStoppedSigner_isTakenOver_andGivenToAnother() throws IOException {
        var file = folder.resolve("protection.json");
        for (var home : List.of(safe(), folder.resolve("other"))) {
            run(0, "signer", "init", "--miner", "f01000", "--dir", home.toString());
            var policy = new NodeHome(home).signerPolicy();
            var genesis = chain.node().chainGetGenesis().key().cids().getFirst();
            Files.writeString(
                    policy,
                    Files.readString(policy) + "\n[blocks]\nminers = [\"f01000\"]\ngenesis = \"" + genesis + "\"\n");
        }

        var taken = json(0, "signer", "guard", "accept-epoch", "f01000", "7", "--json", "--dir", safe().toString());
        assertThat(taken.path("floor").asLong()).isEqualTo(7);
        assertThat(taken.path("state").asText()).isEqualTo("CHAIN_NOT_SEEN");
        run(0, "signer", "guard", "export", "f01000", file.toString(), "--dir", safe().toString());
        var other = folder.resolve("other").toString();
        assertThat(run(0, "signer", "guard", "import", "f01000", file.toString(), "--dir", other))
                .contains("floor      7");
        run(1, "signer", "guard", "accept-epoch", "f01001", "7", "--dir", other);
        assertThat(errors).contains("blocks.miners", "t01001");
    }

    @Test
    void policyIsExplained_andOneIsNeverOverwritten() throws Exception {
        assertThat(run(0, "signer", "policy")).contains("[messages]", "miner-methods", "max-fee-per-day");
        assertThat(json(0, "signer", "policy", "--json")).hasSizeGreaterThan(15);
        run(0, "signer", "init", "--miner", "f01000", "--dir", safe().toString());
        var proof = new NodeHome(node()).load(Map.of(), Map.of()).chain().maxFeeWindowPost();
        var limits = SignerPolicy.load(new NodeHome(safe()).signerPolicy()).messages();
        assertThat(limits.maxFee()).isGreaterThanOrEqualTo(proof);
        assertThat(limits.maxFeePerDay()).isGreaterThanOrEqualTo(proof.times(48));
        run(1, "signer", "init", "--miner", "f01000", "--dir", safe().toString());
        assertThat(errors).contains("ALREADY_INITIALISED");
        run(1, "signer", "status", "--dir", safe().toString());
        assertThat(errors).contains("SIGNER_UNAVAILABLE");
    }
}
