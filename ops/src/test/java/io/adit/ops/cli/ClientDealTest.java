package io.adit.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.chain.actor.DealLabel;
import io.adit.chain.actor.DealProposal;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.market.client.ClientErrorCode;
import io.adit.market.deal.wire.DealStatus;
import io.adit.market.deal.wire.DealStatusResponse;
import io.adit.ops.AditMain;
import io.adit.ops.OpsError;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code adit client deal} does before money moves, and after. */
class ClientDealTest {
    private static final Epoch START = new Epoch(100);

    private final List<String> notes = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:0,, /ip4/127.0.0.1/tcp/1",
        "127.0.0.1:0,, /dns4/localhost/tcp/1",
        "[::1]:0,, /ip6/::1/tcp/1",
        "192.0.2.7:8080,, /ip4/198.51.100.1/tcp/1",
        "192.0.2.7:0,, /ip4/127.0.0.1/tcp/1",
        "0.0.0.0:8080, http://client.example:8080, /ip4/198.51.100.1/tcp/1",
        "127.0.0.1:8080, https://client.example/cars, /dns4/provider.example/tcp/1",
        "0.0.0.0:8080, http://127.0.0.1:8080, /ip4/127.0.0.1/tcp/1"
    })
    void servesTheData_whereTheProviderReachesIt(String listen, URI announce, String provider) {
        CarAddress.parse(listen, Optional.ofNullable(announce)).requireReachableBy(Multiaddr.parse(provider));
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:0,, /ip4/198.51.100.1/tcp/1, --announce",
        "127.0.0.1:0,, /dns4/provider.example/tcp/1, --listen",
        "[::1]:0,, /ip6/2001:db8::1/tcp/1, --announce",
        "0.0.0.0:8080,, /ip4/127.0.0.1/tcp/1, --announce",
        "0.0.0.0:8080, http://localhost:8080, /ip4/198.51.100.1/tcp/1, localhost",
        "0.0.0.0:8080, 'http://[::1]:8080', /ip4/198.51.100.1/tcp/1, --announce",
        "0.0.0.0:0, http://client.example:8080, /ip4/198.51.100.1/tcp/1, fixed port",
        "0.0.0.0:8080, ftp://client.example, /ip4/198.51.100.1/tcp/1, http",
        "8080,, /ip4/127.0.0.1/tcp/1, ADDRESS:PORT",
        "127.0.0.1:99999,, /ip4/127.0.0.1/tcp/1, ADDRESS:PORT"
    })
    void refusesBeforeMoneyMoves_whenTheDataCouldNotBeFetched(
            String listen, URI announce, String provider, String says) {
        assertThatThrownBy(() -> CarAddress.parse(listen, Optional.ofNullable(announce))
                        .requireReachableBy(Multiaddr.parse(provider)))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(OpsError.CAR_UNREACHABLE))
                .hasMessageContaining(says);
    }

    @Test
    void saysYesIsMissing_whenThereIsNoTerminal() {
        assertThatThrownBy(() -> new Consent(false, Optional.empty()).ask("Lock this sum?"))
                .isInstanceOf(AditException.class)
                .hasMessageContaining("--yes");
        assertThat(new Consent(true, Optional.empty()).ask("Lock this sum?")).isTrue();
    }

    @Test
    void refusesAtOnce_withJsonAndNoYes_orAProviderThatCannotFetch(@TempDir Path folder) {
        var provider = "/ip4/127.0.0.1/tcp/1";
        var arguments = new ArrayList<>(List.of("client", "deal", provider, "t01000", "none", "--from", "t01"));
        arguments.addAll(List.of("--chain", "http://127.0.0.1:1/rpc/v1", "--dir", folder.toString(), "--json"));

        assertThat(errorsOf(arguments)).contains("--yes");

        arguments.set(2, provider.replace("127.0.0.1", "198.51.100.1"));
        assertThat(errorsOf(arguments)).contains("nothing was locked").contains("--announce");
    }

    @Test
    void asksAgain_whenALookFails_andEndsOnceTheDataIsFetched() {
        var looks = new ArrayDeque<Supplier<DealStatusResponse>>(List.of(
                () -> answer("Accepted", ""),
                ClientDealTest::unreachable,
                ClientDealTest::unreachable,
                () -> answer("Accepted", ""),
                () -> answer("Transferred", "")));

        watch(looks, 10).await(START);

        assertThat(looks).isEmpty();
        assertThat(notes).singleElement().asString().contains("asking again until epoch 100");
    }

    @Test
    void endsWithTheReason_whenTheProviderDropsTheDeal_orItsStartComes() {
        var dropped = new ArrayDeque<Supplier<DealStatusResponse>>(List.of(() -> answer("Accepted", "wrong CommP")));
        assertThatThrownBy(() -> watch(dropped, 10).await(START)).hasMessageContaining("wrong CommP");

        var slow = new ArrayDeque<Supplier<DealStatusResponse>>(List.of(() -> answer("Accepted", "")));
        assertThatThrownBy(() -> watch(slow, 100).await(START)).hasMessageContaining("epoch 100");
    }

    private TransferWatch watch(ArrayDeque<Supplier<DealStatusResponse>> looks, long head) {
        return new TransferWatch(() -> looks.remove().get(), () -> new Epoch(head), () -> {}, notes::add);
    }

    private static DealStatusResponse unreachable() {
        throw new AditException(ClientErrorCode.PROVIDER_UNREACHABLE, "nobody answers");
    }

    private static String errorsOf(List<String> arguments) {
        var err = new StringWriter();
        var line = AditMain.commandLine();
        line.setErr(new PrintWriter(err, true));
        assertThat(line.execute(arguments.toArray(String[]::new))).isEqualTo(1);
        return err.toString();
    }

    private static DealStatusResponse answer(String checkpoint, String error) {
        var cid = Cid.parse("baga6ea4seaqdomn3tgwgrh3g532zopskstnbrd2n3sxfqbze7rxt7vqn7veigmy");
        var proposal = new DealProposal(
                cid,
                128,
                false,
                Address.ofId(1),
                Address.ofId(2),
                new DealLabel.Text("x"),
                START,
                START.plus(1),
                TokenAmount.ZERO,
                TokenAmount.ZERO,
                TokenAmount.ZERO);
        var status = new DealStatus(error, checkpoint, "", proposal, cid, Optional.empty(), 0);
        return new DealStatusResponse(new UUID(1, 2), "", Optional.of(status), false, 1, 0);
    }
}
