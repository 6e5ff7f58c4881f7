package io.adit.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.core.error.AditException;
import io.adit.ops.DealName;
import io.adit.ops.OpsError;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code adit deals import DEAL FILE}. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = {
            "Bring the data of an offline deal. The file is copied and hashed; only data with the deal's piece CID is",
            "kept. The command ends when the copy is on disk; the deal then goes on by itself. Of a direct deal whose",
            "aggregate the node makes, each offline piece is brought so, one file at a time."
        })
public final class DealImportCommand extends ApiCommand {
    /** A 64 GiB piece from a slow disk. */
    private static final Duration PATIENCE = Duration.ofHours(12);

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    @Parameters(index = "0", paramLabel = "DEAL", description = "Its UUID or, for a direct deal, its ULID.")
    private DealName deal = DealNameConverter.NONE;

    @Parameters(index = "1", paramLabel = "FILE", description = "The data, on the machine of the node.")
    private Path file = Path.of("");

    @Override
    protected JsonNode ask(NodeApi node) {
        var body = JsonNodeFactory.instance
                .objectNode()
                .put("deal", deal.toString())
                .put("file", file.toAbsolutePath().toString());
        var came = CompletableFuture.supplyAsync(
                () -> node.post("/api/v1/deals/import", body, PATIENCE), Thread::startVirtualThread);
        var shown = new ProgressLine(err());
        try {
            while (new Poll(BETWEEN_LOOKS)
                    .until(BETWEEN_LOOKS, () -> came.isDone() ? Optional.of(true) : Optional.empty())
                    .isEmpty()) {
                look(node, shown);
            }
            return came.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof AditException known
                    ? known
                    : new AditException(OpsError.NODE_BROKE, "importing " + file + ": " + e.getMessage(), e);
        } finally {
            shown.end();
        }
    }

    /** What cannot be told now is no failure of the import. */
    private void look(NodeApi node, ProgressLine shown) {
        JsonNode running;
        try {
            running = node.get("/api/v1/deals/imports");
        } catch (AditException e) {
            return;
        }
        for (var copy : running) {
            if (copy.path("uuid").asText().equals(deal.toString())) {
                shown.show(
                        "copied and hashed",
                        copy.path("bytes").asLong(),
                        copy.path("total").asLong(),
                        Duration.ofMillis(copy.path("millis").asLong()));
            }
        }
    }

    @Override
    protected void show(JsonNode answer, PrintWriter out) {
        fields(out, answer);
    }
}
