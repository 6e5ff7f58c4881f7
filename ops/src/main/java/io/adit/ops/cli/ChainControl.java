package io.adit.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.ops.OpsError;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import picocli.CommandLine.TypeConversionException;

/** The devnet's hooks, which no real chain has: money from nothing and a clock that can be turned forward. */
public final class ChainControl {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI uri;
    private final String token;
    private final HttpClient http = HttpClient.newHttpClient();

    public ChainControl(URI uri, String token) {
        this.uri = uri;
        this.token = token;
    }

    /** Reads the devnet's second line of output: {@code control TOKEN URL}. */
    public static ChainControl parse(String line) {
        var words = line.split(" ", -1);
        if (words.length != 3 || !words[0].equals("control")) {
            throw new AditException(
                    OpsError.DEVNET_CONTROL, "the devnet's second line is not 'control TOKEN URL': " + line);
        }
        try {
            return new ChainControl(new HttpUrlConverter().convert(words[2]), words[1]);
        } catch (TypeConversionException e) {
            throw new AditException(OpsError.DEVNET_CONTROL, "the devnet's second line: " + e.getMessage(), e);
        }
    }

    /** Gives an address money at the next epoch. */
    public void fund(Address address, String fil) {
        call(
                "fund",
                JsonNodeFactory.instance.arrayNode().add(address.toString()).add(fil + " FIL"));
    }

    /** Runs the clock to an epoch as fast as it goes; answers once it is there. */
    public void advanceTo(Epoch epoch) {
        call("advanceTo", JsonNodeFactory.instance.arrayNode().add(epoch.value()));
    }

    /** For how long in all the devnet has held its clock in a window for a proof that came late. */
    public Duration held() {
        var held = call("status", JsonNodeFactory.instance.arrayNode()).path("heldMillis");
        if (!held.isIntegralNumber()) {
            throw new AditException(OpsError.DEVNET_CONTROL, "the devnet does not say for how long it held its clock");
        }
        return Duration.ofMillis(held.asLong());
    }

    private JsonNode call(String method, JsonNode parameters) {
        var body = JsonNodeFactory.instance
                .objectNode()
                .put("jsonrpc", "2.0")
                .put("id", 1)
                .put("method", method)
                .set("params", parameters);
        var request = HttpRequest.newBuilder(uri)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .timeout(Duration.ofMinutes(10))
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        try {
            var answer = JSON.readTree(
                    http.send(request, HttpResponse.BodyHandlers.ofString()).body());
            if (answer.hasNonNull("error")) {
                throw new AditException(
                        OpsError.DEVNET_CONTROL, "devnet control " + method + ": " + answer.path("error"));
            }
            return answer.path("result");
        } catch (IOException e) {
            throw new AditException(OpsError.DEVNET_CONTROL, "devnet control " + method + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AditException(OpsError.DEVNET_CONTROL, "interrupted in devnet control " + method, e);
        }
    }
}
