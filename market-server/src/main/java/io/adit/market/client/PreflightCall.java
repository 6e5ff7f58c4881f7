package io.adit.market.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.error.AditException;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.market.deal.wire.DealParams;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** Asks a provider's {@code /market/preflight}. The answer is the provider's word: shown, never acted on. */
final class PreflightCall {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MAX_ANSWER = 1 << 20;
    private static final Pattern HTTP =
            Pattern.compile("/(?:ip4|ip6|dns|dns4|dns6)/([^/]+)/tcp/(\\d+)/(?:tls/)?(https?)(?:/.*)?");

    private final URI provider;

    PreflightCall(URI provider) {
        this.provider = provider;
    }

    /** The base URL of an HTTP multiaddress. */
    static Optional<URI> url(Multiaddr address) {
        var text = address.toString();
        var parts = HTTP.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        var host = parts.group(1).contains(":") ? "[" + parts.group(1) + "]" : parts.group(1);
        var scheme = text.contains("/tls/") ? "https" : parts.group(3);
        return Optional.of(URI.create(scheme + "://" + host + ":" + parts.group(2)));
    }

    JsonNode ask(DealParams params) {
        var base = provider.toString();
        var target = URI.create((base.endsWith("/") ? base : base + "/") + "market/preflight");
        var request = HttpRequest.newBuilder(target)
                .timeout(PATIENCE)
                .header("Content-Type", "application/cbor")
                .POST(HttpRequest.BodyPublishers.ofByteArray(params.toCbor()))
                .build();
        try (var http = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            var response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            byte[] body;
            try (var in = response.body()) {
                body = in.readNBytes(MAX_ANSWER);
            }
            var answer = JSON.readTree(new String(body, StandardCharsets.UTF_8));
            if (answer == null || !answer.path("accepted").isBoolean()) {
                throw new AditException(
                        ClientErrorCode.PROVIDER_ANSWER,
                        "asking " + target + " what it would say: it answered " + response.statusCode()
                                + " without a verdict; does it offer dry runs?");
            }
            return answer;
        } catch (IOException e) {
            throw new AditException(
                    ClientErrorCode.PROVIDER_UNREACHABLE, "asking " + target + " what it would say: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AditException(ClientErrorCode.PROVIDER_UNREACHABLE, "interrupted while asking " + target, e);
        }
    }
}
