package io.adit.chain.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.chain.Vectors;
import io.adit.chain.node.HeadChange;
import io.adit.chain.node.HeadSubscription;
import io.adit.chain.node.json.ChainJson;
import io.adit.core.fil.Network;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChainNotifyTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final RpcOptions OPTIONS = RpcOptions.defaults(Network.TESTNET)
            .withChannel(Duration.ofMillis(600), Duration.ofMillis(10), Duration.ofMillis(50), 100);

    private WebSocketPeer peer;
    private JsonRpcFullNode client;
    private final List<List<HeadChange>> heard = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void start() throws IOException {
        peer = new WebSocketPeer();
        client = new JsonRpcFullNode(
                ApiInfo.parse("the.token:/ip4/127.0.0.1/tcp/" + peer.port() + "/http"), OPTIONS, new Random(1));
    }

    @AfterEach
    void stop() {
        client.close();
        peer.close();
    }

    /** The frames that Lotus sent for ChainNotify in the recorded transcript, pings as empty text. */
    private static List<JsonNode> recordedFrames() {
        return Vectors.elements(Vectors.load("lotus/ws/transcript.json"))
                .filter(e -> e.path("dir").asText().equals("server->client"))
                .filter(e -> e.path("ms").asInt() < 14_500)
                .skip(1)
                .toList();
    }

    /** Only those that bring batches. */
    private static List<JsonNode> values() {
        return recordedFrames().stream()
                .map(e -> e.path("frame"))
                .filter(f -> f.path("method").asText().equals("xrpc.ch.val"))
                .toList();
    }

    private static String subscribed(WebSocketPeer.Connection connection) throws IOException, InterruptedException {
        var request = JSON.readTree(connection.nextText());
        assertThat(request.path("method").asText()).isEqualTo("Filecoin.ChainNotify");
        assertThat(request.path("params").isEmpty()).isTrue();
        return "{\"id\":" + request.path("id") + ",\"jsonrpc\":\"2.0\",\"result\":1}";
    }

    private void awaitHeard(int batches) {
        await().atMost(Duration.ofSeconds(10)).until(() -> heard.size() >= batches);
    }

    @Test
    void batchesArriveInOrder_whenTheTranscriptIsPlayed() throws Exception {
        try (HeadSubscription subscription = client.chainNotify(heard::add);
                var connection = peer.next()) {
            assertThat(connection.headers).containsEntry("authorization", "Bearer the.token");
            var answer = subscribed(connection);
            for (var entry : recordedFrames()) {
                if (entry.path("opcode").asText().equals("ping")) {
                    connection.sendPing();
                } else {
                    var frame = entry.path("frame");
                    connection.sendText(frame.has("result") ? answer : frame.toString());
                }
            }
            awaitHeard(4);
            assertThat(heard.getFirst()).hasSize(1);
            assertThat(heard.getFirst().getFirst().type()).isEqualTo(HeadChange.Type.CURRENT);
            for (int i = 0; i < heard.size(); i++) {
                assertThat(heard.get(i))
                        .isEqualTo(ChainJson.HEAD_CHANGES.decode(
                                values().get(i).path("params").path(1)));
            }
            assertThat(connection.pongs).isNotEmpty();
            // The transcript ends with xrpc.ch.close: the client opens another connection and subscribes again.
            try (var again = peer.next()) {
                again.sendText(subscribed(again));
                await().until(subscription::connected);
            }
        }
    }

    @Test
    void isOpenedAnew_whenTheConnectionBreaks() throws Exception {
        try (var subscription = client.chainNotify(heard::add)) {
            for (int round = 1; round <= 3; round++) {
                try (var connection = peer.next()) {
                    connection.sendText(subscribed(connection));
                    connection.sendText(values().getFirst().toString());
                    awaitHeard(round);
                }
            }
            assertThat(heard).hasSize(3);
            assertThat(subscription).isNotNull();
        }
    }

    @Test
    void isOpenedAnew_whenTheNodeFallsSilent() throws Exception {
        try (var subscription = client.chainNotify(heard::add);
                var silent = peer.next()) {
            silent.answersPings = false;
            silent.sendText(subscribed(silent));
            try (var again = peer.next()) {
                again.sendText(subscribed(again));
                await().until(subscription::connected);
            }
        }
    }

    @Test
    void staysOpen_whenOnlyPingsAreAnswered() throws Exception {
        try (var subscription = client.chainNotify(heard::add);
                var connection = peer.next()) {
            connection.sendText(subscribed(connection));
            await().until(subscription::connected);
            await().during(Duration.ofMillis(1500))
                    .atMost(Duration.ofSeconds(5))
                    .until(subscription::connected);
        }
    }

    @Test
    void isOpenedAnew_whenAFrameMakesNoSense() throws Exception {
        try (var subscription = client.chainNotify(heard::add)) {
            try (var connection = peer.next()) {
                connection.sendText(subscribed(connection));
                connection.sendText("not json");
                try (var again = peer.next()) {
                    again.sendText(subscribed(again));
                    again.sendText(
                            "{\"jsonrpc\":\"2.0\",\"method\":\"xrpc.ch.val\",\"params\":[1,[{\"Type\":\"x\"}]]}");
                    try (var third = peer.next()) {
                        third.sendText(subscribed(third));
                        await().until(subscription::connected);
                    }
                }
            }
        }
        assertThat(heard).isEmpty();
    }

    @Test
    void otherFramesAreLeftAlone_whenTheyAreNotForThisChannel() throws Exception {
        try (var subscription = client.chainNotify(heard::add);
                var connection = peer.next()) {
            connection.sendText(subscribed(connection));
            connection.sendText("{\"jsonrpc\":\"2.0\",\"method\":\"xrpc.ch.val\",\"params\":[7,[]]}");
            connection.sendText("{\"jsonrpc\":\"2.0\",\"method\":\"xrpc.ch.close\",\"params\":[7]}");
            connection.sendText("{\"jsonrpc\":\"2.0\",\"method\":\"eth_subscription\",\"params\":{}}");
            connection.sendText(values().getFirst().toString());
            awaitHeard(1);
            assertThat(subscription.connected()).isTrue();
        }
    }

    @Test
    void beginsAgain_whenTheListenerIsTooFarBehind() throws Exception {
        var release = new CountDownLatch(1);
        try (var subscription = client.chainNotify(batch -> {
                    heard.add(batch);
                    awaitQuietly(release);
                });
                var connection = peer.next()) {
            connection.sendText(subscribed(connection));
            var value = values().getFirst().toString();
            connection.sendText(value);
            awaitHeard(1);
            for (int i = 0; i < 150; i++) {
                sendQuietly(connection, value);
            }
            await().atMost(Duration.ofSeconds(10)).until(connection::isClosed);
            release.countDown();
            try (var again = peer.next()) {
                again.sendText(subscribed(again));
                await().until(subscription::connected);
            }
            assertThat(heard.size()).isLessThan(100);
        }
    }

    @Test
    void nothingIsDelivered_whenClosed() throws Exception {
        var subscription = client.chainNotify(heard::add);
        try (var connection = peer.next()) {
            connection.sendText(subscribed(connection));
            await().until(subscription::connected);
            subscription.close();
            await().atMost(Duration.ofSeconds(10)).until(connection::isClosed);
            assertThat(heard).isEmpty();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void sendQuietly(WebSocketPeer.Connection connection, String text) {
        try {
            connection.sendText(text);
        } catch (IOException e) {
            // Closed by the client in the middle: that is what the test waits for.
        }
    }
}
