package io.adit.market.filter;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.fil.Network;
import io.adit.market.filter.FilterAnswer.Accept;
import io.adit.market.filter.FilterAnswer.None;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * CIDgravity's gateway, asked as Curio asks it ({@code market/mk12/cidgravity.go}). A proposal with its own label is its
 * look whether the provider is there, and goes to another address.
 */
final class CidGravity {
    private static final String CHECK_LABEL = "cidg-miner-status-check";
    private static final String CHECK_PATH = "/private/v1/miner-status-checker/check";
    private static final int MAX_ANSWER = 64 << 10;
    private static final int MAX_TOKEN = 4 << 10;
    private static final ObjectMapper JSON = new ObjectMapper();

    private CidGravity() {}

    static FilterAnswer ask(URI gateway, Path tokenFile, Duration timeout, FilterQuestion question)
            throws InterruptedException {
        String token;
        try {
            token = token(tokenFile);
        } catch (IOException e) {
            return new None("the token of CIDgravity cannot be read: " + e.getMessage());
        }
        var label = question.deal().proposal().proposal().label().toString();
        var request = HttpRequest.newBuilder(label.equals(CHECK_LABEL) ? gateway.resolve(CHECK_PATH) : gateway)
                .timeout(timeout)
                .header("X-CIDgravity-Agent", "CIDgravity-storage-Connector")
                .header("X-CIDgravity-Version", "1.0")
                .header("X-API-KEY", token)
                .header("X-Address-ID", question.provider().toString(Network.MAINNET))
                .header("Authorization", token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        FilterDocuments.curio(question).toString()))
                .build();
        var http = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        try {
            var answer = http.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER));
            // The request's own time-out ends with the answer's head.
            var response = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return response.statusCode() == 200
                    ? read(response.body())
                    : new None("CIDgravity answers with status " + response.statusCode());
        } catch (ExecutionException e) {
            return new None("CIDgravity cannot be asked: " + e.getCause());
        } catch (TimeoutException e) {
            return new None("CIDgravity did not answer within " + timeout.toMillis() + " ms");
        } finally {
            http.shutdownNow();
        }
    }

    private static String token(Path file) throws IOException {
        if (Files.size(file) > MAX_TOKEN) {
            throw new IOException(file + " is longer than " + MAX_TOKEN + " bytes");
        }
        var token = Files.readString(file).strip();
        if (!token.matches("[\\x21-\\x7e]+")) {
            throw new IOException(file + " does not hold one word of printable ASCII");
        }
        return token;
    }

    private static FilterAnswer read(byte[] body) {
        JsonNode answer;
        try {
            answer = JSON.readTree(body);
        } catch (JacksonException e) {
            return new None("CIDgravity's answer is no JSON");
        } catch (IOException e) {
            return new None("CIDgravity's answer cannot be read: " + e.getMessage());
        }
        return switch (answer.path("decision").asText()) {
            case "accept" -> new Accept();
            case "reject" ->
                FilterAnswer.reject(answer.path("externalMessage").asText() + " "
                        + answer.path("customMessage").asText());
            default ->
                new None("CIDgravity has decided neither way: "
                        + FilterAnswer.reject(answer.path("internalMessage").asText())
                                .reason());
        };
    }
}
