package io.adit.market.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.error.AditException;
import io.adit.market.mk20.Mk20Client;
import io.adit.market.mk20.Mk20Client.Answer;
import io.adit.market.mk20.Ulid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/** Uploads the data of a direct deal, to this provider or to Curio; in chunks, what is there already is not sent again. */
public final class DirectUpload {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TOO_EARLY = 425;

    private final Mk20Client client;
    private final Consumer<String> said;

    /** @param said is told how far it is, in a line for a person */
    public DirectUpload(Mk20Client client, Consumer<String> said) {
        this.client = client;
        this.said = said;
    }

    /**
     * Sends the file.
     *
     * @param chunk bytes of a chunk, a power of two; a file that is no longer is sent in one request
     * @throws AditException {@link ClientErrorCode#PROVIDER_ANSWER} when the provider does not take it
     */
    public void send(Ulid deal, Path file, int chunk) {
        try {
            if (Files.size(file) <= chunk) {
                require(client.upload(deal, file), "uploading " + file + " for deal " + deal);
                require(client.post("/upload/" + deal, new byte[0]), "ending the upload for deal " + deal);
            } else {
                inChunks(deal, file, chunk);
            }
        } catch (IOException e) {
            throw new AditException(
                    ClientErrorCode.PROVIDER_UNREACHABLE,
                    "uploading " + file + " for deal " + deal + ": " + e
                            + "; the same command goes on where it stopped",
                    e);
        }
    }

    private void inChunks(Ulid deal, Path file, int chunk) throws IOException {
        long size = Files.size(file);
        var what = "uploading " + file + " for deal " + deal;
        var first = client.get("/uploads/" + deal);
        if (first.status() == TOO_EARLY) {
            var begin = JSON.createObjectNode().put("raw_size", size).put("chunk_size", chunk);
            require(client.post("/uploads/" + deal, begin.toString().getBytes(StandardCharsets.UTF_8)), what);
        } else {
            require(first, what);
        }
        int missing = Integer.MAX_VALUE;
        for (var state = state(deal, what); state.path("missing").asInt() > 0; state = state(deal, what)) {
            long chunks = (size + chunk - 1) / chunk;
            boolean sensible = state.path("missing").asInt() < missing
                    && state.path("total_chunks").asLong() == chunks
                    && state.path("missing_chunks")
                            .valueStream()
                            .allMatch(number -> number.asInt() >= 1 && number.asInt() <= chunks);
            if (!sensible) {
                throw new AditException(
                        ClientErrorCode.PROVIDER_ANSWER,
                        what + ": the provider says " + state
                                + ", which is not what was sent; was the upload begun with"
                                + " chunks of another size?");
            }
            missing = state.path("missing").asInt();
            for (var number : state.path("missing_chunks")) {
                require(client.uploadChunk(deal, number.asInt(), read(file, number.asInt(), chunk)), what);
                said.accept("chunk " + number.asInt() + " of "
                        + state.path("total_chunks").asInt() + " is there");
            }
        }
        require(client.post("/uploads/finalize/" + deal, new byte[0]), what);
    }

    private JsonNode state(Ulid deal, String what) throws IOException {
        return JSON.readTree(require(client.get("/uploads/" + deal), what).body());
    }

    private static byte[] read(Path file, int number, int chunk) throws IOException {
        try (var in = FileChannel.open(file, StandardOpenOption.READ)) {
            long from = (number - 1L) * chunk;
            var bytes = ByteBuffer.allocate((int) Math.min(chunk, in.size() - from));
            // Until it is full, or the file has become shorter; then the provider finds the chunk too short.
            int count = 0;
            while (count >= 0 && bytes.hasRemaining()) {
                count = in.read(bytes, from + bytes.position());
            }
            return bytes.array();
        }
    }

    private static Answer require(Answer answer, String what) {
        if (!answer.ok()) {
            throw new AditException(
                    ClientErrorCode.PROVIDER_ANSWER,
                    what + ": the provider answered " + answer.status() + " " + answer.body());
        }
        return answer;
    }
}
