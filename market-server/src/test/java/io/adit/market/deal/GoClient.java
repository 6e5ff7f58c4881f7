package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.market.GoTools;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Objects;

/** A client in Go that makes deals of every kind, {@code src/test/go/dealpeer/deals.go}, in a process of its own. */
final class GoClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final BufferedReader answers;

    /** @param secret the secp256k1 key's bytes */
    GoClient(Multiaddr provider, URI http, byte[] secret, long miner) throws IOException, InterruptedException {
        process = new ProcessBuilder(GoTools.build("dealpeer").toString(), "deals")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = process.inputReader(StandardCharsets.UTF_8);
        send(JSON.createObjectNode()
                .put("Provider", provider.toString())
                .put("URL", http.toString())
                .put("Key", HexFormat.of().formatHex(secret))
                .put("Miner", miner));
    }

    static ObjectNode wish(String what) {
        return JSON.createObjectNode().put("Do", what);
    }

    private void send(JsonNode line) throws IOException {
        var out = process.outputWriter(StandardCharsets.UTF_8);
        out.write(line + "\n");
        out.flush();
    }

    /** What the client got; fails the test where it got nothing. */
    JsonNode ask(ObjectNode wish) throws IOException {
        send(wish);
        var answer = JSON.readTree(Objects.requireNonNull(answers.readLine(), "the Go client ended"));
        assertThat(answer.path("error").asText()).as(wish.toString()).isEmpty();
        return answer.path("ok");
    }

    JsonNode piece(Path file) throws IOException {
        return ask(wish("piece").put("File", file.toString()));
    }

    JsonNode statusMk12(String uuid) throws IOException {
        return ask(wish("status mk12").put("Deal", uuid));
    }

    /** What the provider says about a direct deal: {@code {status, errorMsg}}. */
    JsonNode statusMk20(String id) throws IOException {
        var answer = ask(wish("get mk20").put("Path", "/status/" + id));
        assertThat(answer.path("status").asInt()).as(answer.toString()).isEqualTo(200);
        return JSON.readTree(answer.path("body").asText()).path("ddo_v1");
    }

    JsonNode upload(String how, String id, Path file, int chunk) throws IOException {
        return ask(wish("upload " + how)
                .put("Deal", id)
                .put("File", file.toString())
                .put("Chunk", chunk));
    }

    @Override
    public void close() {
        process.destroy();
    }
}
