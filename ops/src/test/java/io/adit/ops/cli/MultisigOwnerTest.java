package io.adit.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.chain.actor.Actor;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.ProposeParams;
import io.adit.chain.actor.ProposeReturn;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Network;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.ops.AditMain;
import io.adit.ops.actor.ActorChange;
import io.adit.ops.actor.ContactChanges;
import io.adit.ops.actor.KeyChanges;
import io.adit.ops.actor.MinerAccount;
import io.adit.ops.actor.Proposal;
import io.adit.ops.daemon.LocalChain;
import io.adit.ops.daemon.NodeHome;
import io.adit.ops.daemon.NodeInit;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Changes of a miner whose owner has no key. The devnet has no multisig actor; the market actor owns the miner here, which is no
 * account either, so what the proposal asks for is rehearsed as on any chain, and only the proposal itself is refused.
 */
class MultisigOwnerTest {
    private static final Address MULTISIG = Actor.MARKET;

    @TempDir
    private Path folder;

    private final LocalChain chain = LocalChain.running();
    private Address miner = Address.ofId(0);
    private Address worker = Address.ofId(0);

    @BeforeEach
    void init() throws IOException {
        var init = new NodeInit(new NodeHome(folder), chain.node(), Map.of(), new SecureRandom(), line -> {
            if (line.startsWith("fund ")) {
                chain.fund(Address.parse(line.split(" ", -1)[1]));
            }
        });
        var made = init.run(new NodeInit.Choice(
                chain.api(),
                SectorSize.KIB_2,
                Optional.empty(),
                Optional.of(MULTISIG),
                true,
                Map.of(),
                Duration.ofMinutes(1)));
        miner = made.miner();
        worker = made.worker();
        assertThat(made.owner()).isEqualTo(MULTISIG);
    }

    @AfterEach
    void stop() {
        chain.close();
    }

    private JsonNode dry(int expected, String... command) throws IOException {
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
        var shown = dry(1, "actor", "control", "set", "--dry-run", "--json", "--dir", folder.toString());

        assertThat(shown.path("exitCode").asLong()).isZero();
        assertThat(shown.path("obstacles").toString()).contains("--propose-as");
    }

    @Test
    void proposalCarriesTheChange_toTheMultisig_fromOneOfItsSigners() throws IOException {
        var direct =
                dry(1, "actor", "control", "set", worker.toString(), "--dry-run", "--json", "--dir", folder.toString());
        var proposed = dry(
                1,
                "actor",
                "control",
                "set",
                worker.toString(),
                "--propose-as",
                worker.toString(),
                "--dry-run",
                "--json",
                "--dir",
                folder.toString());

        assertThat(Address.parse(proposed.path("to").asText())).isEqualTo(MULTISIG);
        assertThat(proposed.path("method").asLong()).isEqualTo(2);
        assertThat(proposed.path("methodName").asText()).isEqualTo("Propose");
        assertThat(proposed.path("signerKey").asText()).isEqualTo(worker.toString());
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
    void outcomeIsTheNumberToApprove_orTheChangeItself_orItsFailure() {
        var change = controlTaken();
        var proposal = Proposal.of(chain.node(), change, worker, Network.TESTNET);

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
        assertThat(chain.node().stateMinerInfo(miner, TipSetKey.EMPTY).owner()).isEqualTo(MULTISIG);
    }
}
