package io.adit.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.error.AditException;
import io.adit.core.error.ErrorCode;
import io.adit.ops.ErrorCatalogue;
import io.adit.ops.OpsError;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;

/** The CLI's view of a running node: its operator API, found through the files {@code api} and {@code token} of the node's directory. */
public final class NodeApi {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final URI base;
    private final String token;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private NodeApi(URI base, String token) {
        this.base = base;
        this.token = token;
    }

    /** @throws AditException {@link OpsError#NODE_NOT_RUNNING} when the directory holds no running node's address */
    public static NodeApi of(Path directory) {
        try {
            return new NodeApi(
                    URI.create(Files.readString(directory.resolve("api")).strip()),
                    Files.readString(directory.resolve("token")).strip());
        } catch (NoSuchFileException e) {
            throw new AditException(
                    OpsError.NODE_NOT_RUNNING,
                    "looking for a running node in " + directory + ": no file " + e.getFile()
                            + ". Start it with 'adit run --dir " + directory + "', or name its directory with --dir");
        } catch (IOException e) {
            throw new AditException(OpsError.NODE_NOT_RUNNING, "reading the node's address in " + directory, e);
        }
    }

    public JsonNode get(String path) {
        return send(HttpRequest.newBuilder(base.resolve(path)).GET(), PATIENCE);
    }

    /** The node's meters as Prometheus reads them. */
    public String metrics() {
        var request = HttpRequest.newBuilder(base.resolve("/metrics"))
                .timeout(Duration.ofSeconds(60))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new AditException(OpsError.NODE_NOT_RUNNING, "reading the meters of the node at " + base, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AditException(OpsError.WAIT_INTERRUPTED, "interrupted while reading the meters of " + base, e);
        }
    }

    public JsonNode post(String path, JsonNode body) {
        return post(path, body, PATIENCE);
    }

    /** Asks for what takes long. */
    public JsonNode post(String path, JsonNode body, Duration patience) {
        return send(
                HttpRequest.newBuilder(base.resolve(path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body.toString())),
                patience);
    }

    /** The node's own code, so that {@code adit explain} tells what the node would. */
    private static ErrorCode code(JsonNode answer) {
        var name = answer.path("code").asText();
        return ErrorCatalogue.all().stream()
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElse(OpsError.NODE_REFUSED);
    }

    private JsonNode send(HttpRequest.Builder request, Duration patience) {
        var built = request.header("Authorization", "Bearer " + token)
                .timeout(patience)
                .build();
        try {
            var response = http.send(built, HttpResponse.BodyHandlers.ofString());
            var answer = JSON.readTree(response.body());
            if (response.statusCode() >= 400) {
                throw new AditException(
                        code(answer), answer.path("error").asText("the node answered " + response.statusCode()));
            }
            return answer;
        } catch (IOException e) {
            throw new AditException(
                    OpsError.NODE_NOT_RUNNING, "asking the node at " + base + ": " + e + ". Is it running?", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AditException(OpsError.NODE_NOT_RUNNING, "interrupted while asking the node at " + base, e);
        }
    }
}
