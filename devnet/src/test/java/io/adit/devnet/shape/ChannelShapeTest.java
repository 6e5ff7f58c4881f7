package io.adit.devnet.shape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.chain.Vectors;
import io.adit.core.time.SystemTimeline;
import io.adit.devnet.Devnet;
import io.adit.devnet.RecordingProofs;
import io.adit.devnet.ScriptedMiner;
import io.adit.devnet.chain.Production;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The frames of ChainNotify, the one method whose answers come in a channel: as Lotus sent them, key by key. */
class ChannelShapeTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void framesHaveTheRecordedShape_overAReorg() throws Exception {
        var recorded = new Shape("ChainNotify", Set.of());
        Vectors.elements(Vectors.load("lotus/ws/transcript.json"))
                .filter(line -> line.path("dir").asText().equals("server->client"))
                .map(line -> line.path("frame"))
                .filter(ChannelShapeTest::isHeadChange)
                .forEach(recorded::learn);

        var frames = new CopyOnWriteArrayList<JsonNode>();
        try (var http = HttpClient.newHttpClient();
                var devnet = Devnet.simulated(
                        ScriptedMiner.settings(),
                        new RecordingProofs(),
                        Production.BY_MINERS_AND_DEVNET,
                        new SystemTimeline());
                var server =
                        devnet.serve(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), new SecureRandom())) {
            devnet.advance(5);
            var socket = http.newWebSocketBuilder()
                    .buildAsync(URI.create("ws://" + server.host() + ":" + server.port() + "/rpc/v1"), into(frames))
                    .join();
            socket.sendText("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"Filecoin.ChainNotify\",\"params\":[]}", true)
                    .join();
            await().until(() -> types(frames).contains("current"));
            devnet.advance(2);
            devnet.reorg(3);
            await().until(() -> types(frames).containsAll(List.of("apply", "revert")));
            socket.abort();
        }

        assertThat(frames.getFirst()).isEqualTo(JSON.readTree("{\"id\":1,\"jsonrpc\":\"2.0\",\"result\":1}"));
        assertThat(frames.stream().filter(ChannelShapeTest::isHeadChange))
                .isNotEmpty()
                .allSatisfy(frame -> assertThat(recorded.differences(frame)).isEmpty());
    }

    private static WebSocket.Listener into(List<JsonNode> frames) {
        var text = new StringBuilder();
        return new WebSocket.Listener() {
            @Override
            public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
                text.append(part);
                if (last) {
                    frames.add(LiveChain.parse(text.toString()));
                    text.setLength(0);
                }
                from.request(1);
                return CompletableFuture.completedStage(null);
            }
        };
    }

    private static boolean isHeadChange(JsonNode frame) {
        return frame.path("method").asText().equals("xrpc.ch.val")
                && frame.path("params").path(1).path(0).has("Type");
    }

    private static List<String> types(List<JsonNode> frames) {
        return frames.stream()
                .filter(ChannelShapeTest::isHeadChange)
                .flatMap(frame -> Vectors.elements(frame.path("params").path(1)))
                .map(change -> change.path("Type").asText())
                .toList();
    }
}
