package io.adit.ops.cli;

import io.adit.chain.node.FullNode;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PieceCid;
import io.adit.core.keys.Signer;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.market.client.ClientErrorCode;
import io.adit.market.client.DealClient;
import io.adit.market.client.Proposed;
import io.adit.ops.OpsError;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code adit client deal}: from a file to a deal whose data the provider has. */
@Command(
        name = "deal",
        mixinStandardHelpOptions = true,
        description = {
            "Pay a provider to keep a file: pack it, show what it costs, lock the money, propose.",
            "The provider fetches the data from this machine; the command ends when it has. With --offline it goes on a disk."
        })
public final class ClientDealCommand extends ClientCommand.OnChain {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);
    private static final Duration BETWEEN_PROPOSALS = Duration.ofSeconds(5);

    /** Long enough for a provider that restarts. */
    private static final int PROPOSALS = 4;

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
            description =
                    "Where the provider fetches the data. Default: ${DEFAULT-VALUE}, for a provider on this machine.")
    private String listen = "";

    @Option(
            names = "--announce",
            paramLabel = "URL",
            description =
                    "The base URL that leads the provider to --listen, when it sees another address (NAT, proxy).")
    private @Nullable URI announce;

    @Option(
            names = "--offline",
            description =
                    "The CAR goes to the provider's operator on a disk, who imports it; nothing is served, and the command ends at once.")
    private boolean offline;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask before the money is locked.")
    private boolean yes;

    private CarAddress cars() {
        return CarAddress.parse(listen, Optional.ofNullable(announce));
    }

    @Override
    protected void check() {
        if (!offline) {
            cars().requireReachableBy(provider);
        }
        new Consent(yes, Optional.empty()).requireFor(json);
    }

    @Override
    protected DealClient client(FullNode node, Signer signer, Path work, SecureRandom random) {
        var cars = cars();
        return new DealClient(node, signer, work, cars.listen(), cars.announce(), random, InstantSource.system());
    }

    @Override
    protected int run(DealClient client, FullNode node) {
        var payer = Address.parse(from);
        var piece = client.pack(file);
        var quote = client.quote(client.ask(provider, Address.parse(miner)), piece, epochs);
        note(quote.sentence());
        if (!new Consent(yes, Optional.ofNullable(System.console())).ask("Lock this sum?")) {
            return 1;
        }
        client.ensureEscrow(payer, quote.total());
        var start = node.chainHead().height().plus(startIn);
        var deal = client.newDeal();
        note("Proposing it as deal " + deal);
        var keeper = Address.parse(miner);
        var proposed = propose(
                deal,
                () -> offline
                        ? client.proposeOffline(deal, provider, keeper, payer, piece, quote, start)
                        : client.propose(deal, provider, keeper, payer, piece, quote, start));
        if (!proposed.response().accepted()) {
            throw new AditException(
                    OpsError.NODE_REFUSED,
                    "the provider refused: " + proposed.response().message()
                            + " (the sum stays in the escrow, free for the next deal)");
        }
        note("Accepted. How far it is, later: adit client status " + provider + " " + proposed.uuid() + " --from "
                + from);
        if (offline) {
            note("Bring " + piece.car() + " to the provider: adit deals import " + proposed.uuid() + " FILE");
        } else {
            awaitTransfer(client, node, provider, payer, proposed.uuid(), start);
        }
        return print(object().put("deal", proposed.uuid().toString())
                .put("root", piece.root().toString())
                .put("car", piece.car().toString())
                .put("pieceCid", piece.piece().pieceCidV1().toString())
                .put("pieceCidV2", PieceCid.v2(piece.piece(), piece.carSize()).toString())
                .put("cost", quote.total().toString()));
    }

    /** The same name brings the same answer, so one that was lost is asked for again. */
    private Proposed propose(UUID deal, Supplier<Proposed> call) {
        for (int attempt = 1; ; attempt++) {
            try {
                return call.get();
            } catch (AditException e) {
                if (e.code() != ClientErrorCode.PROVIDER_UNREACHABLE) {
                    throw e;
                }
                if (attempt == PROPOSALS) {
                    throw unanswered(deal, e);
                }
                note(e.getMessage() + "; trying again");
                new Poll(BETWEEN_PROPOSALS).rest();
            }
        }
    }

    private AditException unanswered(UUID deal, AditException cause) {
        return new AditException(
                ClientErrorCode.PROVIDER_UNREACHABLE,
                "%s. Whether the provider took deal %s is not known; ask: adit client status %s %s --from %s"
                        .formatted(cause.getMessage(), deal, provider, deal, from),
                cause);
    }

    /** To a person; JSON keeps standard output to itself. */
    private void note(String text) {
        var target = json ? err() : out();
        target.println(text);
        target.flush();
    }

    private void awaitTransfer(
            DealClient client, FullNode node, Multiaddr provider, Address payer, UUID deal, Epoch start) {
        new TransferWatch(
                        () -> client.status(provider, payer, deal),
                        () -> node.chainHead().height(),
                        new Poll(BETWEEN_LOOKS)::rest,
                        this::note)
                .await(start);
    }
}
