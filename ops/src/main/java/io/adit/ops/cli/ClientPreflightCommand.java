package io.adit.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.node.FullNode;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.keys.Signer;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.market.client.ClientErrorCode;
import io.adit.market.client.DealClient;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code adit client preflight}: what a provider would say to a deal. */
@Command(
        name = "preflight",
        mixinStandardHelpOptions = true,
        description = {
            "Ask a provider what it would say to 'adit client deal' with the same words. No money moves, nothing is stored;",
            "everything that speaks against the deal is named at once. Exit code 1 if something does."
        })
public final class ClientPreflightCommand extends ClientCommand.OnChain {
    @Parameters(index = "0", paramLabel = "PROVIDER", description = "Its multiaddr with /p2p/PEER.")
    private Multiaddr provider = MultiaddrConverter.NONE;

    @Parameters(index = "1", paramLabel = "MINER", description = "Its miner address.")
    private String miner = "";

    @Parameters(index = "2", paramLabel = "FILE", description = "What to keep.")
    private Path file = Path.of("");

    @Option(names = "--from", paramLabel = "ADDRESS", required = true, description = "Who pays; a key of the wallet.")
    private String from = "";

    @Option(
            names = "--epochs",
            defaultValue = "518400",
            description = "How long, in epochs. Default: ${DEFAULT-VALUE} (180 days)")
    private long epochs;

    @Option(
            names = "--start-in",
            defaultValue = "3000",
            description = "Epochs until the deal must be sealed. Default: ${DEFAULT-VALUE}")
    private long startIn;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS:PORT",
            defaultValue = "127.0.0.1:0",
            description = "Where the provider would fetch the data. Default: ${DEFAULT-VALUE}")
    private String listen = "";

    @Option(names = "--announce", paramLabel = "URL", description = "The base URL that would lead the provider there.")
    private @Nullable URI announce;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The provider's HTTP address. Default: what it tells itself.")
    private @Nullable URI url;

    @Override
    protected DealClient client(FullNode node, Signer signer, Path work, SecureRandom random) {
        var cars = CarAddress.parse(listen, Optional.ofNullable(announce));
        return new DealClient(node, signer, work, cars.listen(), cars.announce(), random, InstantSource.system());
    }

    @Override
    protected int run(DealClient client, FullNode node) {
        var http = Optional.ofNullable(url)
                .or(() -> client.httpOf(provider))
                .orElseThrow(() -> new AditException(
                        ClientErrorCode.PROVIDER_ANSWER,
                        "asking " + provider + " for its HTTP address: it names none; name it with --url"));
        var piece = client.pack(file);
        var quote = client.quote(client.ask(provider, Address.parse(miner)), piece, epochs);
        var start = node.chainHead().height().plus(startIn);
        var verdict = client.preflight(http, Address.parse(miner), Address.parse(from), piece, quote, start);
        show(verdict, quote.sentence());
        return verdict.path("accepted").asBoolean() ? 0 : 1;
    }

    private void show(JsonNode verdict, String sentence) {
        if (json) {
            out().println(verdict.toPrettyString());
        } else {
            out().println(sentence);
            out().println(
                            verdict.path("accepted").asBoolean()
                                    ? "The provider would take the deal as things stand."
                                    : "The provider would not take the deal:");
            verdict.path("rejections")
                    .forEach(rejected ->
                            out().println("  " + rejected.path("message").asText()));
        }
        out().flush();
    }
}
