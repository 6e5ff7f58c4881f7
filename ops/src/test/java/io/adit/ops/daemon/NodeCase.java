package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.state.PieceRecord;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.market.client.DealClient;
import io.adit.market.client.PackedPiece;
import io.adit.market.index.PieceIndex;
import io.adit.market.index.PieceIndexer;
import io.adit.ops.AditMain;
import io.adit.ops.cli.NodeApi;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A wired node in this process over a development chain: real stores, sockets and RPC; no sector, so no proof is made. */
abstract class NodeCase {
    static final Duration SOON = Duration.ofMillis(200);

    @TempDir
    Path folder;

    final LocalChain chain = LocalChain.running();
    final StringWriter err = new StringWriter();
    final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        chain.close();
    }

    NodeHome home() {
        return new NodeHome(folder.resolve("node"));
    }

    NodeInit.Made init(Map<String, String> settings) throws IOException {
        return chain.init(home(), settings);
    }

    Node start(Map<String, String> overrides) {
        return Node.start(home(), Map.of(), overrides, SOON);
    }

    JsonNode get(String path) {
        return NodeApi.of(home().directory()).get(path);
    }

    String scrape() throws Exception {
        var request = HttpRequest.newBuilder(
                        URI.create(home().read(home().apiFile())).resolve("/metrics"))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    JsonNode cli(int code, String... arguments) throws IOException {
        var line = AditMain.commandLine();
        var out = new StringWriter();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        var all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--dir", home().directory().toString()));
        assertThat(line.execute(all.toArray(String[]::new)))
                .as(String.join(" ", arguments) + ": " + err)
                .isEqualTo(code);
        return out.toString().isEmpty() ? MissingNode.getInstance() : new ObjectMapper().readTree(out.toString());
    }

    List<String> addressesOf(Address miner) {
        return chain.node().stateMinerInfo(miner, TipSetKey.EMPTY).multiaddrs().stream()
                .map(bytes -> Multiaddr.fromBytes(bytes).toString())
                .toList();
    }

    /** Leaves a file's CAR with a node that does not run, as a deal's piece that was stored and indexed. */
    PackedPiece keep(Path file) throws IOException {
        Files.createDirectories(home().pieces());
        var packed = DealClient.pack(file, home().pieces().resolve("kept.car"));
        try (var index = PieceIndex.open(home().index());
                var store = home().store(home().load(Map.of(), Map.of()))) {
            new PieceIndexer(index).index(packed.piece().commP(), packed.car());
            var now = InstantSource.system().instant();
            store.transactVoid(tx -> tx.pieces()
                    .insertIfAbsent(new PieceRecord(
                            packed.piece().commP(),
                            packed.piece().size(),
                            packed.carSize(),
                            Optional.of(packed.root()),
                            Optional.of(packed.car()),
                            true,
                            now,
                            now,
                            0)));
        }
        return packed;
    }
}
