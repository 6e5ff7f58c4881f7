package io.adit.ops.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.core.error.AditException;
import io.adit.core.fil.Epoch;
import io.adit.core.slash.GuardStatus;
import io.adit.core.slash.ProtectionFile;
import io.adit.core.slash.SlashGuard;
import io.adit.ops.OpsError;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What an operator may do with a slash guard; the same whether its node runs or not. */
public final class GuardDesk {
    private GuardDesk() {}

    /** How a guard stands. */
    public static ObjectNode describe(GuardStatus status) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("miner", status.miner().toString())
                .put("state", status.doubt().map(Enum::name).orElse("READY"))
                .put("meaning", status.doubt().map(doubt -> doubt.sentence()).orElse("blocks may be signed"))
                .put("detail", status.detail())
                .put("highWater", status.highWater().value())
                .put("floor", status.floor().value())
                .put("blocks", status.blocks())
                .put("conflicts", status.conflicts());
    }

    /** Whether {@link #change} would take the operator's word on what was signed. */
    public static boolean endsDoubt(String what) {
        return what.equals("accept-epoch") || what.equals("import");
    }

    /**
     * Does one thing with a guard.
     *
     * @param what {@code begin}, {@code accept-epoch} (with {@code epoch}), {@code import} or {@code export} (with an absolute
     *     {@code path}, and {@code minimal})
     * @return how the guard stands then
     */
    public static ObjectNode change(SlashGuard guard, String what, JsonNode body) {
        switch (what) {
            case "begin" -> guard.begin();
            case "accept-epoch" -> guard.acceptEpoch(epoch(body));
            case "import" -> {
                var report = guard.importFile(ProtectionFile.read(MiningRoutes.absolute(body, "path")));
                return describe(guard.status()).put("added", report.added());
            }
            case "export" -> {
                var file = body.path("minimal").asBoolean() ? guard.exportMinimal() : guard.exportComplete();
                write(MiningRoutes.absolute(body, "path"), file);
            }
            default -> throw new AditException(OpsError.NO_SUCH_THING, "the slash guard cannot '" + what + "'");
        }
        return describe(guard.status());
    }

    private static Epoch epoch(JsonNode body) {
        if (!body.path("epoch").canConvertToLong()) {
            throw new AditException(OpsError.MALFORMED_REQUEST, "accepting an epoch: 'epoch' must be a number");
        }
        return new Epoch(body.path("epoch").asLong());
    }

    /** Never over a file that is there: it could be the last signer's. */
    private static void write(Path path, ProtectionFile file) {
        try (var channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            var bytes = java.nio.ByteBuffer.wrap(file.toJson().getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        } catch (IOException e) {
            throw new AditException(
                    OpsError.LOCAL_FILE,
                    "writing the protection file " + path + (Files.exists(path) ? ": it is there already" : ""),
                    e);
        }
    }
}
