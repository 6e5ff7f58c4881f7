package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.core.AnsweringProgram;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.market.GoTools;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HexFormat;

/** A client in Go that makes deals of every kind, {@code src/test/go/dealpeer/deals.go}, in a process of its own. */
final class GoClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final AnsweringProgram program;

    /** @param secret the secp256k1 key's bytes */
    GoClient(Multiaddr provider, URI http, byte[] secret, long miner) throws IOException, InterruptedException {
        program = new AnsweringProgram(
                GoTools.build("dealpeer"),
                "deals",
                JSON.createObjectNode()
                        .put("Provider", provider.toString())
                        .put("URL", http.toString())
                        .put("Key", HexFormat.of().formatHex(secret))
                        .put("Miner", miner));
    }

    static ObjectNode wish(String what) {
        return JSON.createObjectNode().put("Do", what);
    }

    /** What the client got; fails the test where it got nothing. */
    JsonNode ask(ObjectNode wish) throws IOException {
        return program.ask(wish);
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
        program.close();
    }
}
