package io.adit.ops.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.market.client.ClientErrorCode;
import io.adit.market.client.DirectUpload;
import io.adit.market.mk20.Mk20Client;
import io.adit.market.mk20.Mk20Client.Answer;
import io.adit.market.mk20.Mk20Deal;
import io.adit.market.mk20.Ulid;
import io.adit.ops.DealName;
import io.adit.ops.OpsError;
import io.adit.ops.daemon.NodeHome;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code adit client direct}: deals over the HTTP market, here or at a provider with Curio. */
@Command(
        name = "direct",
        mixinStandardHelpOptions = true,
        description = {
            "Direct deals over a provider's HTTP market (Curio's mk20): nothing is published, no money is locked; the piece",
            "goes into a sector as it is. Keys are those of 'adit wallet' in the same directory."
        },
        subcommands = {
            ClientDirectCommand.Deal.class,
            ClientDirectCommand.Upload.class,
            ClientDirectCommand.Status.class
        },
        synopsisSubcommandLabel = "COMMAND")
public final class ClientDirectCommand {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** 16 MiB, the least that Curio takes. */
    private static final String CHUNK = "16777216";

    /** A command that speaks with the HTTP market. */
    abstract static class OnMarket extends ClientCommand.Base {
        @Mixin
        private NodeDirectory directory = new NodeDirectory();

        @Parameters(index = "0", paramLabel = "URL", description = "The provider's HTTP address.")
        private URI provider = URI.create("http://127.0.0.1:4702");

        @Option(
                names = "--from",
                paramLabel = "ADDRESS",
                required = true,
                description = "Whose deal; a key of the wallet.")
        private String from = "";

        @Option(
                names = "--curio",
                description =
                        "The provider runs Curio: sign as its clients do, without the body, which it would not know.")
        private boolean curio;

        protected Address client() {
            return Address.parse(from);
        }

        @Override
        public Integer call() {
            var random = new SecureRandom();
            var home = new NodeHome(directory.path());
            home.create();
            try (var market = new Mk20Client(
                    provider,
                    home.keystore(System.getenv(), random),
                    client(),
                    !curio,
                    InstantSource.system(),
                    random)) {
                return run(market, random);
            } catch (IOException e) {
                throw new AditException(ClientErrorCode.PROVIDER_UNREACHABLE, "asking " + provider + ": " + e, e);
            }
        }

        protected abstract int run(Mk20Client market, SecureRandom random) throws IOException;

        protected void upload(Mk20Client market, Ulid deal, Path file, int chunk) {
            if (Integer.bitCount(chunk) != 1) {
                throw new AditException(
                        OpsError.NODE_REFUSED, "--chunk-size " + chunk + " is no power of two; nothing was sent");
            }
            new DirectUpload(market, line -> {
                        err().println(line);
                        err().flush();
                    })
                    .send(deal, file, chunk);
        }

        protected AditException refused(String what, Answer answer) {
            return new AditException(
                    OpsError.NODE_REFUSED,
                    what + ": the provider answered " + answer.status()
                            + (answer.body().isEmpty() ? "" : ": " + answer.body()));
        }
    }

    /** Where the data comes from, as Curio names it. */
    enum Source {
        HTTP,
        PUT,
        OFFLINE,
        AGGREGATE
    }

    /** {@code adit client direct deal}. */
    @Command(
            name = "deal",
            mixinStandardHelpOptions = true,
            description = {
                "Propose a direct deal for files as they are, one piece. With --source put the data is uploaded at once; with",
                "http the provider fetches it, with offline its operator brings it; with aggregate the provider makes one",
                "piece of several, each fetched from its --url, or brought where that is '-'."
            })
    public static final class Deal extends OnMarket {
        @Parameters(index = "1", paramLabel = "MINER", description = "Its miner address.")
        private String miner = "";

        @Parameters(
                index = "2..*",
                arity = "1..*",
                paramLabel = "FILE",
                description = "The data; of an aggregate its pieces.")
        private List<Path> files = new ArrayList<>();

        @Option(
                names = "--source",
                defaultValue = "put",
                description = "How the data comes: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
        private Source source = Source.PUT;

        @Option(
                names = "--url",
                paramLabel = "URL",
                description = "Where the data is; several are tried in their order. Of an aggregate one for each file.")
        private List<String> urls = new ArrayList<>();

        @Option(names = "--car", description = "The data is a CAR, whose blocks are to be found by their CIDs.")
        private boolean car;

        @Option(
                names = "--epochs",
                defaultValue = "518400",
                description = "How long, in epochs. Default: ${DEFAULT-VALUE} (180 days)")
        private long epochs;

        @Option(
                names = "--start",
                paramLabel = "EPOCH",
                description = "The epoch by which it must be sealed. Default: what suits the provider")
        private @Nullable Long start;

        @Option(
                names = "--chunk-size",
                paramLabel = "BYTES",
                defaultValue = CHUNK,
                description = "Of an upload, a power of two. Default: ${DEFAULT-VALUE}")
        private int chunk;

        @Option(names = "--dry-run", description = "Only ask what the provider would say (not with --curio).")
        private boolean dryRun;

        @Override
        protected int run(Mk20Client market, SecureRandom random) throws IOException {
            var deal = new Mk20Deal(
                    Ulid.create(InstantSource.system(), random),
                    client(),
                    new DirectData(files, urls, car).of(source),
                    new Mk20Deal.Ddo(
                            Address.parse(miner),
                            start == null ? OptionalLong.empty() : OptionalLong.of(start),
                            epochs,
                            Optional.empty()),
                    new Mk20Deal.Retrieval(car, false));
            var answer = dryRun ? market.preflight(deal) : market.propose(deal);
            if (!answer.ok()) {
                throw refused((dryRun ? "asking about" : "proposing") + " deal " + deal.id(), answer);
            }
            if (!dryRun && source == Source.PUT) {
                upload(market, deal.id(), files.getFirst(), chunk);
            }
            return print(object().put("deal", deal.id().toString())
                    .put("accepted", true)
                    .put("stored", !dryRun)
                    .put("pieceCid", deal.data().pieceCid().v1().toString())
                    .put("pieceCidV2", deal.data().pieceCid().v2().orElseThrow().toString())
                    .put("pieceSize", deal.data().piece().size().bytes())
                    .put("rawSize", deal.data().rawSize()));
        }
    }

    /** {@code adit client direct upload}. */
    @Command(
            name = "upload",
            mixinStandardHelpOptions = true,
            description = {
                "Upload the data of a direct deal, or what is missing of it after a broken upload; also that of an offline",
                "deal over libp2p."
            })
    public static final class Upload extends OnMarket {
        @Parameters(index = "1", paramLabel = "DEAL", description = "Its ULID, or the UUID of one over libp2p.")
        private DealName deal = DealNameConverter.NONE;

        @Parameters(index = "2", paramLabel = "FILE", description = "The data.")
        private Path file = Path.of("");

        @Option(
                names = "--chunk-size",
                paramLabel = "BYTES",
                defaultValue = CHUNK,
                description = "A power of two. Default: ${DEFAULT-VALUE}")
        private int chunk;

        @Override
        protected int run(Mk20Client market, SecureRandom random) {
            upload(market, deal.ulid(), file, chunk);
            return print(object().put("deal", deal.ulid().toString()).put("uploaded", file.toString()));
        }
    }

    /** {@code adit client direct status}. */
    @Command(name = "status", mixinStandardHelpOptions = true, description = "Ask how far a direct deal has come.")
    public static final class Status extends OnMarket {
        @Parameters(index = "1", paramLabel = "DEAL", description = "Its ULID.")
        private DealName deal = DealNameConverter.NONE;

        @Override
        protected int run(Mk20Client market, SecureRandom random) throws IOException {
            var answer = market.status(deal.ulid());
            if (!answer.ok()) {
                throw refused("asking about deal " + deal.ulid(), answer);
            }
            var ddo = JSON.readTree(answer.body()).path("ddo_v1");
            return print(
                    report(ddo.path("status").asText(), ddo.path("errorMsg").asText()));
        }

        private ObjectNode report(String status, String error) {
            return object().put("deal", deal.ulid().toString())
                    .put("status", status)
                    .put("error", error);
        }
    }
}
