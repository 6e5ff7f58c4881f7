package io.adit.ops.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.core.error.AditException;
import io.adit.core.fil.PieceCid;
import io.adit.market.client.ClientErrorCode;
import io.adit.market.client.InclusionCall;
import io.adit.market.client.InclusionCall.Inclusion;
import io.adit.ops.OpsError;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code adit client inclusion-proof}. */
@Command(
        name = "inclusion-proof",
        mixinStandardHelpOptions = true,
        description = {
            "Fetch and verify the proof that a piece lies in an aggregate and stands in its index (FRC-0058).",
            "What is printed holds by itself; that the aggregate is stored, the chain shows."
        })
public final class ClientInclusionCommand extends ClientCommand.Base {
    @Parameters(index = "0", paramLabel = "URL", description = "The provider's HTTP address.")
    private URI provider = URI.create("http://127.0.0.1:4702");

    @Parameters(index = "1", paramLabel = "PIECE", description = "The piece CID, of version 1 or 2.")
    private String piece = "";

    @Option(
            names = "--aggregate",
            paramLabel = "CID",
            description = "The aggregate that it must lie in, by its piece CID of version 1 or 2; others are left out.")
    private @Nullable String aggregate;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Where the proof goes, in go-data-segment's CBOR; there must be one only.")
    private @Nullable Path out;

    @Override
    public Integer call() {
        var asked = PieceCid.parse(piece);
        var wanted = Optional.ofNullable(aggregate).map(PieceCid::parse);
        var found = new InclusionCall(provider)
                .ask(asked).stream()
                        .filter(inclusion ->
                                wanted.filter(cid -> !names(cid, inclusion)).isEmpty())
                        .toList();
        if (found.isEmpty()) {
            throw new AditException(
                    ClientErrorCode.PROVIDER_ANSWER,
                    "asking " + provider + " for " + piece + ": it has no proof"
                            + wanted.map(cid -> " for " + cid.v1()).orElse(""));
        }
        Optional.ofNullable(out).ifPresent(file -> write(file, found));
        var report = object();
        if (found.size() == 1) {
            describe(report, found.getFirst());
        } else {
            var all = report.putArray("inclusions");
            found.forEach(inclusion -> describe(all.addObject(), inclusion));
        }
        if (json || found.size() == 1) {
            return print(report);
        }
        report.path("inclusions").forEach(one -> print((ObjectNode) one));
        return 0;
    }

    private static boolean names(PieceCid cid, Inclusion inclusion) {
        return cid.commP().equals(inclusion.aggregate().commP())
                && cid.size()
                        .filter(size -> !size.equals(inclusion.aggregate().size()))
                        .isEmpty();
    }

    private static void describe(ObjectNode node, Inclusion inclusion) {
        var whole = inclusion.aggregate();
        node.put("pieceCid", inclusion.piece().pieceCidV1().toString())
                .put("pieceSize", inclusion.piece().size().bytes())
                .put("aggregateCid", whole.pieceCidV1().toString())
                .put(
                        "aggregateCidV2",
                        PieceCid.v2(whole, whole.size().unpadded().bytes()).toString())
                .put("aggregateSize", whole.size().bytes())
                .put("offset", inclusion.offset())
                .put("holds", true);
    }

    private static void write(Path file, List<Inclusion> found) {
        if (found.size() != 1) {
            throw new AditException(
                    OpsError.LOCAL_FILE,
                    "writing " + file + ": the piece lies in " + found.size()
                            + " aggregates; name one with --aggregate");
        }
        try {
            Files.write(file, found.getFirst().proof().toCbor());
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "writing " + file + ": " + e, e);
        }
    }
}
