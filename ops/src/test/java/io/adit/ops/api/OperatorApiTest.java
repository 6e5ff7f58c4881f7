package io.adit.ops.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.core.error.AditException;
import io.adit.ops.OpsError;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OperatorApiTest {
    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicReference<List<Alarm>> alarms = new AtomicReference<>(List.of());
    private final OperatorApi api = new OperatorApi(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            "right-token",
            List.of(
                    new ApiRoute(
                            "GET",
                            "/api/v1/sectors/*",
                            (given, body) ->
                                    JsonNodeFactory.instance.objectNode().put("number", given.getFirst())),
                    new ApiRoute("POST", "/api/v1/echo", (given, body) -> body),
                    new ApiRoute("GET", "/api/v1/refused", (given, body) -> {
                        throw new AditException(OpsError.LOW_FUNDS, "needs 2 FIL, has 1");
                    }),
                    new ApiRoute("GET", "/api/v1/missing", (given, body) -> {
                        throw new AditException(OpsError.NO_SUCH_THING, "there is no sector 9");
                    }),
                    new ApiRoute("GET", "/api/v1/chain", (given, body) -> {
                        throw new AditException(OpsError.CHAIN_SLOW, "no answer");
                    }),
                    new ApiRoute("GET", "/api/v1/broken", (given, body) -> {
                        throw new IllegalStateException("a mistake");
                    })),
            () -> "adit_up 1\n",
            alarms::get);

    @BeforeEach
    void start() {
        api.start();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void answersWithWhatTheStarMatched_whenTheTokenIsRight() throws Exception {
        var answer = get("/api/v1/sectors/7", "Bearer right-token");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(new ObjectMapper().readTree(answer.body()).path("number").asText())
                .isEqualTo("7");
    }

    @Test
    void refuses_whenTheTokenIsWrongOrMissing() throws Exception {
        assertThat(get("/api/v1/sectors/7", "Bearer wrong").statusCode()).isEqualTo(401);
        assertThat(get("/api/v1/sectors/7", "right-token").statusCode()).isEqualTo(401);
        assertThat(get("/api/v1/sectors/7", "Bearer ").statusCode()).isEqualTo(401);
    }

    @Test
    void showsMetricsWithoutAToken() throws Exception {
        var answer = get("/metrics", "none");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("adit_up 1");
    }

    @Test
    void saysCodeAndKind_whenARoomRefuses() throws Exception {
        var answer = get("/api/v1/refused", "Bearer right-token");

        assertThat(answer.statusCode()).isEqualTo(400);
        var json = new ObjectMapper().readTree(answer.body());
        assertThat(json.path("code").asText()).isEqualTo("LOW_FUNDS");
        assertThat(json.path("error").asText()).isEqualTo("needs 2 FIL, has 1");
    }

    @Test
    void answersWithAnError_whateverBreaks() throws Exception {
        assertError(get("/api/v1/missing", "Bearer right-token"), 404, "NO_SUCH_THING", "operator");
        assertError(get("/api/v1/chain", "Bearer right-token"), 503, "CHAIN_SLOW", "chain");
        assertError(get("/api/v1/broken", "Bearer right-token"), 500, "NODE_BROKE", "bug");
        assertError(get("/api/v1/nothing", "Bearer right-token"), 404, "NO_SUCH_THING", "operator");
        assertError(get("/api/v1/broken", "none"), 401, "UNAUTHORISED", "operator");
        var request = HttpRequest.newBuilder(uri("/api/v1/echo"))
                .header("Authorization", "Bearer right-token")
                .POST(HttpRequest.BodyPublishers.ofString("{\"path\": "))
                .build();
        assertError(http.send(request, HttpResponse.BodyHandlers.ofString()), 400, "MALFORMED_REQUEST", "operator");
    }

    private static void assertError(HttpResponse<String> answer, int status, String code, String kind)
            throws Exception {
        assertThat(answer.statusCode()).isEqualTo(status);
        var json = new ObjectMapper().readTree(answer.body());
        assertThat(json.path("code").asText()).isEqualTo(code);
        assertThat(json.path("kind").asText()).isEqualTo(kind);
        assertThat(json.path("error").asText()).isNotBlank();
    }

    @Test
    void healthNamesWhatDoesNotWork() throws Exception {
        assertThat(get("/health", "none").body()).isEqualTo("{\"status\":\"ok\"}");

        alarms.set(List.of(new Alarm("market", "the market is closed"), new Alarm("head", "it stands still")));

        assertThat(get("/health", "none").body())
                .isEqualTo("{\"status\":\"degraded\",\"problem\":\"the market is closed; it stands still\",\"alarms\":["
                        + "{\"name\":\"market\",\"text\":\"the market is closed\"},"
                        + "{\"name\":\"head\",\"text\":\"it stands still\"}]}");
    }

    @Test
    void answersNotFound_whenNoRouteFits() throws Exception {
        assertThat(get("/api/v1/sectors/7/files", "Bearer right-token").statusCode())
                .isEqualTo(404);
        assertThat(get("/api/v1/echo", "Bearer right-token").statusCode()).isEqualTo(404);
    }

    @Test
    void refusesABodyOverTheLimit() throws Exception {
        var request = HttpRequest.newBuilder(uri("/api/v1/echo"))
                .header("Authorization", "Bearer right-token")
                .POST(HttpRequest.BodyPublishers.ofString("\"" + "x".repeat(70_000) + "\""))
                .build();

        var answer = http.send(request, HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("65536");
    }

    private HttpResponse<String> get(String path, String authorization) throws Exception {
        return http.send(
                HttpRequest.newBuilder(uri(path))
                        .header("Authorization", authorization)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + api.address().getPort() + path);
    }
}
