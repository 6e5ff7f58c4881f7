package io.adit.ops.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.chain.actor.DealProposal;
import io.adit.chain.node.FullNode;
import io.adit.core.error.AditException;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.core.fil.CommP;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceCid;
import io.adit.core.fil.PieceInfo;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.Signer;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.market.client.DealClient;
import io.adit.market.client.PackedPiece;
import io.adit.market.client.RetrievalClient;
import io.adit.market.deal.wire.DealStatusResponse;
import io.adit.ops.DealName;
import io.adit.ops.OpsError;
import io.adit.ops.daemon.FullNodes;
import io.adit.ops.daemon.NodeHome;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code adit client}: the other side of the table. */
@Command(
        name = "client",
        mixinStandardHelpOptions = true,
        description = {
            "The client's side: what does it cost to keep a file, who keeps it, and how do I get it back?",
            "Keys are those of 'adit wallet' in the same directory."
        },
        subcommands = {
            ClientCommand.Ask.class,
            ClientCommand.Pack.class,
            ClientCommand.ComputeCommP.class,
            ClientPreflightCommand.class,
            ClientDealCommand.class,
            ClientCommand.Status.class,
            ClientDirectCommand.class,
            ClientCommand.Get.class,
            ClientInclusionCommand.class
        },
        synopsisSubcommandLabel = "COMMAND")
public final class ClientCommand {
    /** A piece of a 64 GiB sector. */
    private static final long MOST_BYTES = 64L << 30;

    abstract static class Base implements Callable<Integer> {
        @Option(names = "--json", description = "Print JSON.")
        protected boolean json;

        @Spec
        private @Nullable CommandSpec spec;

        protected PrintWriter out() {
            return Objects.requireNonNull(spec).commandLine().getOut();
        }

        protected PrintWriter err() {
            return Objects.requireNonNull(spec).commandLine().getErr();
        }

        protected int print(ObjectNode answer) {
            if (json) {
                out().println(answer.toPrettyString());
            } else {
                ApiCommand.fields(out(), answer);
            }
            out().flush();
            return 0;
        }

        protected static ObjectNode object() {
            return JsonNodeFactory.instance.objectNode();
        }
    }

    /** A command that needs the chain and the client's keys. */
    abstract static class OnChain extends Base {
        @Mixin
        protected NodeDirectory directory = new NodeDirectory();

        @Mixin
        protected ChainOption chain = new ChainOption();

        @Override
        public Integer call() {
            check();
            var random = new SecureRandom();
            var home = new NodeHome(directory.path());
            home.create();
            try (var node = FullNodes.connect(chain.api(), random);
                    var client = client(
                            node,
                            home.keystore(System.getenv(), random),
                            directory.path().resolve("client"),
                            random)) {
                return run(client, node);
            }
        }

        /** Refuses, before anybody is asked, what the options alone make impossible. */
        protected void check() {}

        /** The client to work with; {@code work} holds its files. */
        protected DealClient client(FullNode node, Signer signer, Path work, SecureRandom random) {
            return new DealClient(node, signer, work, random, InstantSource.system());
        }

        protected abstract int run(DealClient client, FullNode node);
    }

    /** {@code adit client ask}. */
    @Command(name = "ask", mixinStandardHelpOptions = true, description = "Ask a provider for its price.")
    public static final class Ask extends OnChain {
        @Parameters(index = "0", paramLabel = "PROVIDER", description = "Its multiaddr with /p2p/PEER.")
        private Multiaddr provider = MultiaddrConverter.NONE;

        @Parameters(index = "1", paramLabel = "MINER", description = "Its miner address.")
        private String miner = "";

        @Override
        protected int run(DealClient client, FullNode node) {
            var ask = client.ask(provider, Address.parse(miner)).ask();
            return print(object().put("miner", ask.miner().toString())
                    .put("pricePerGibEpoch", ask.price().toString())
                    .put("minPieceSize", ask.minPieceSize())
                    .put("maxPieceSize", ask.maxPieceSize())
                    .put("expiry", ask.expiry().value()));
        }
    }

    /** {@code adit client pack}. */
    @Command(
            name = "pack",
            mixinStandardHelpOptions = true,
            description = "Pack a file into a CAR and compute its piece CID.")
    public static final class Pack extends Base {
        @Parameters(paramLabel = "FILE", description = "The file to pack.")
        private Path file = Path.of("");

        @Option(
                names = {"-o", "--out"},
                paramLabel = "CAR",
                description = "Where the CAR goes. Default: FILE.car")
        private @Nullable Path car;

        @Override
        public Integer call() {
            var target = car == null ? file.resolveSibling(file.getFileName() + ".car") : car;
            return print(describe(DealClient.pack(file, target)));
        }

        private static ObjectNode describe(PackedPiece piece) {
            return object().put("car", piece.car().toString())
                    .put("root", piece.root().toString())
                    .put("pieceCid", piece.piece().pieceCidV1().toString())
                    .put(
                            "pieceCidV2",
                            PieceCid.v2(piece.piece(), piece.carSize()).toString())
                    .put("pieceSize", piece.piece().size().bytes())
                    .put("carSize", piece.carSize());
        }
    }

    /** {@code adit client commp}. */
    @Command(name = "commp", mixinStandardHelpOptions = true, description = "Compute the piece CID of a file as it is.")
    public static final class ComputeCommP extends Base {
        @Parameters(paramLabel = "FILE", description = "The file.")
        private Path file = Path.of("");

        @Option(
                names = "--expect",
                paramLabel = "CID",
                description = "The piece CID, of version 1 or 2, that it must have; exit code 1 when it has another.")
        private @Nullable String expected;

        @Override
        public Integer call() {
            var piece = pieceOf(file);
            var report = object().put("pieceCid", piece.v1().toString())
                    .put("pieceCidV2", piece.v2().orElseThrow().toString())
                    .put("pieceSize", piece.size().orElseThrow().bytes())
                    .put("rawSize", piece.rawSize().orElseThrow());
            if (expected == null) {
                return print(report);
            }
            boolean same = isNamedBy(piece, PieceCid.parse(expected));
            print(report.put("asExpected", same));
            return same ? 0 : 1;
        }

        /** A version 2 CID says how large piece and payload are, too. */
        private static boolean isNamedBy(PieceCid found, PieceCid expected) {
            return found.commP().equals(expected.commP()) && (expected.rawSize().isEmpty() || found.equals(expected));
        }
    }

    /** The piece that a file makes, as it is. */
    static PieceCid pieceOf(Path file) {
        try (var in = new BufferedInputStream(Files.newInputStream(file))) {
            return PieceCid.of(CommP.of(in), Files.size(file));
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "reading " + file + ": " + e.getMessage(), e);
        }
    }

    /** {@code adit client status}. */
    @Command(name = "status", mixinStandardHelpOptions = true, description = "Ask a provider how far a deal has come.")
    public static final class Status extends OnChain {
        @Parameters(index = "0", paramLabel = "PROVIDER", description = "Its multiaddr with /p2p/PEER.")
        private Multiaddr provider = MultiaddrConverter.NONE;

        @Parameters(
                index = "1",
                paramLabel = "UUID",
                description = "The deal. Of a direct deal 'adit client direct status' tells.")
        private DealName deal = DealNameConverter.NONE;

        @Option(names = "--from", paramLabel = "ADDRESS", required = true, description = "Who proposed it.")
        private String from = "";

        @Override
        protected int run(DealClient client, FullNode node) {
            var answer = client.status(provider, Address.parse(from), deal.uuid());
            var report = object().put("deal", deal.toString())
                    .put("error", answer.error())
                    .put("transferSize", answer.transferSize())
                    .put("bytesReceived", answer.bytesReceived());
            answer.status().ifPresent(status -> {
                pieceCids(report, status.proposal(), answer);
                report.put("checkpoint", status.status())
                        .put("sealing", status.sealingStatus())
                        .put("chainDealId", status.chainDealId())
                        .put("dealError", status.error());
                status.publishCid().ifPresent(cid -> report.put("publishMessage", cid.toString()));
            });
            return print(report);
        }

        /** Version 2 where the deal says how long its data is. */
        private static void pieceCids(ObjectNode report, DealProposal proposal, DealStatusResponse answer) {
            report.put("pieceCid", proposal.pieceCid().toString());
            try {
                var piece =
                        new PieceInfo(Commitment.fromCid(proposal.pieceCid()), new PaddedSize(proposal.pieceSize()));
                if (!answer.offline()) {
                    report.put(
                            "pieceCidV2",
                            PieceCid.v2(piece, answer.transferSize()).toString());
                }
            } catch (InvalidValueException notOfThatSize) {
                report.put("pieceSize", proposal.pieceSize());
            }
        }
    }

    /** {@code adit client get}. */
    @Command(
            name = "get",
            mixinStandardHelpOptions = true,
            description = {
                "Fetch a file by its root CID, every block checked against its hash; or a whole piece by its piece CID, of",
                "version 1 or 2, checked against that."
            })
    public static final class Get extends Base {
        @Parameters(index = "0", paramLabel = "URL", description = "The provider's HTTP address.")
        private URI provider = URI.create("http://127.0.0.1:4702");

        @Parameters(index = "1", paramLabel = "CID", description = "The file's root CID, or a piece CID.")
        private String wanted = "";

        @Option(
                names = {"-o", "--out"},
                paramLabel = "FILE",
                required = true,
                description = "Where it goes.")
        private Path target = Path.of("");

        @Override
        public Integer call() {
            var cid = Cid.parse(wanted);
            try (var retrieval = new RetrievalClient(MOST_BYTES, Duration.ofSeconds(60))) {
                if (isPiece(cid)) {
                    return print(object().put("file", target.toString())
                            .put("bytes", retrieval.getPiece(cid, provider, target)));
                }
                var got = retrieval.getFile(cid, provider, target);
                return print(object().put("file", target.toString())
                        .put("bytes", got.bytes())
                        .put("blocks", got.blocks()));
            } catch (IOException e) {
                throw new AditException(OpsError.NODE_REFUSED, "fetching " + wanted + ": " + e.getMessage(), e);
            }
        }

        private static boolean isPiece(Cid cid) {
            try {
                return PieceCid.parse(cid).v1().version() == 1;
            } catch (InvalidValueException e) {
                return false;
            }
        }
    }
}
