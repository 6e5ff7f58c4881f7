package io.adit.chain.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.chain.Vectors;
import io.adit.chain.node.RpcErrorCode;
import io.adit.core.error.AditException;
import io.adit.core.error.ErrorKind;
import io.adit.core.fil.Network;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class JsonRpcFullNodeTest {

    private static final RpcOptions OPTIONS =
            RpcOptions.defaults(Network.TESTNET).withMaxAnswerBytes(10_000);
    /** For the node that never answers only: a busy machine may well take so long over an answer. */
    private static final RpcOptions IMPATIENT =
            OPTIONS.withTimeouts(Duration.ofMillis(300), Duration.ofSeconds(5), Duration.ofSeconds(5));

    private RecordedNode server;
    private JsonRpcFullNode client;

    @BeforeEach
    void start() throws IOException {
        server = new RecordedNode();
        client = new JsonRpcFullNode(server.apiInfo("the.token"), OPTIONS, new Random(1));
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private RpcErrorCode failure() {
        return (RpcErrorCode) catchThrowableOfType(AditException.class, () -> client.version())
                .code();
    }

    @Test
    void tokenIsSent_whenThereIsOne() {
        server.answerRaw(500, "{}");
        failure();
        assertThat(server.authorization()).contains("Bearer the.token");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "401 | | NODE_UNAUTHORIZED",
                "404 | 404 page not found | API_INFO_INVALID",
                "429 | slow down | NODE_OVERLOADED",
                "503 | <html></html> | NODE_OVERLOADED",
                "200 | not json | ANSWER_NOT_UNDERSTOOD",
                "200 | [] | ANSWER_NOT_UNDERSTOOD",
                "200 | {} | ANSWER_NOT_UNDERSTOOD",
                "200 | {\"jsonrpc\":\"2.0\",\"id\":99,\"result\":{}} | ANSWER_NOT_UNDERSTOOD",
                "200 | {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":5} | ANSWER_NOT_UNDERSTOOD",
                "200 | {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}} {} | ANSWER_NOT_UNDERSTOOD",
            })
    void errorIsTyped_whenTheAnswerIsNone(int status, String body, RpcErrorCode code) {
        server.answerRaw(status, body == null ? "" : body);
        assertThat(failure()).isEqualTo(code);
    }

    static Stream<Named<JsonNode>> transport() {
        return Vectors.elements(Vectors.load("lotus/rpc/transport.json"))
                .filter(e -> e.path("path").asText().equals("/rpc/v1"))
                .filter(e -> e.path("status").asInt() != 200
                        || e.path("response_body").asText().contains("\"error\""))
                .map(e -> Named.of(e.path("note").asText(), e));
    }

    @ParameterizedTest
    @MethodSource("transport")
    void errorIsTyped_whenLotusRefusesTheRequest(JsonNode recorded) throws IOException {
        server.answerRaw(
                recorded.path("status").asInt(), recorded.path("response_body").asText());
        var expected = switch (new ObjectMapper()
                .readTree(recorded.path("response_body").asText("null"))
                .path("error")
                .path("code")
                .asInt()) {
            case -32601 -> RpcErrorCode.METHOD_NOT_FOUND;
            case -32600, -32602, -32700 -> RpcErrorCode.REQUEST_REFUSED;
            case 1 -> RpcErrorCode.NODE_PERMISSION;
            default -> RpcErrorCode.NODE_UNAUTHORIZED;
        };
        assertThat(failure()).isEqualTo(expected);
    }

    @Test
    void answerIsCutOff_whenItIsLongerThanAllowed() {
        server.answerRaw(200, "{\"id\":1,\"result\":\"" + "x".repeat(20_000) + "\"}");
        assertThat(failure()).isEqualTo(RpcErrorCode.ANSWER_TOO_LARGE);
    }

    @Test
    void answerIsRefused_whenItIsNestedTooDeeply() {
        server.answerRaw(200, "{\"id\":1,\"result\":" + "[".repeat(4000) + "]".repeat(4000) + "}");
        assertThat(failure()).isEqualTo(RpcErrorCode.ANSWER_NOT_UNDERSTOOD);
    }

    @Test
    void isUnreachable_whenNobodyListens() throws IOException {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        try (var lost = new JsonRpcFullNode(ApiInfo.parse("http://127.0.0.1:" + port), OPTIONS, new Random(1))) {
            var thrown = catchThrowableOfType(AditException.class, lost::version);
            assertThat(thrown.code()).isEqualTo(RpcErrorCode.NODE_UNREACHABLE);
            assertThat(thrown.kind()).isEqualTo(ErrorKind.NETWORK);
        }
    }

    @Test
    void timesOut_whenTheNodeSaysNothing() throws IOException {
        try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var waiting = new JsonRpcFullNode(
                        ApiInfo.parse("http://127.0.0.1:" + silent.getLocalPort()), IMPATIENT, new Random(1))) {
            var thrown = catchThrowableOfType(AditException.class, waiting::version);
            assertThat(thrown.code()).isEqualTo(RpcErrorCode.NODE_TIMEOUT);
        }
    }

    @Test
    void callIsRefused_whenTheClientIsClosed() {
        client.close();
        assertThat(failure()).isEqualTo(RpcErrorCode.CLIENT_CLOSED);
    }
}
