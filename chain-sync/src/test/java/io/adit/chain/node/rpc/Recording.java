package io.adit.chain.node.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * One request and response that a Lotus node and its clients exchanged.
 *
 * @param name where it stands in the vectors
 * @param note what was tried
 * @param status HTTP status; 200 for those recorded from a WebSocket
 */
record Recording(String name, String method, JsonNode params, JsonNode response, int status, String note) {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final List<String> DIRECTORIES = List.of(
            "lotus/rpc/http",
            "lotus/rpc/miner-run",
            "lotus/rpc/miner-init",
            "lotus/rpc/new-miner",
            "lotus2/rpc",
            "lotus2/rpc/miner-run");

    Optional<JsonNode> error() {
        return Optional.of(response.path("error")).filter(JsonNode::isObject);
    }

    JsonNode result() {
        return response.path("result");
    }

    @Override
    public String toString() {
        return name;
    }

    /** The recordings of every method the catalogue has. */
    static List<Recording> ofCatalogue() {
        var all = new ArrayList<Recording>();
        for (var directory : DIRECTORIES) {
            all.addAll(inDirectory(directory));
        }
        return all;
    }

    /** What {@link #ofCatalogue} leaves out, as {@code /rpc/v1 Filecoin.Method}: each is to be named, with the reason. */
    static SortedSet<String> leftOut() {
        var names = new TreeSet<String>();
        for (var directory : DIRECTORIES) {
            forEachPair(directory, (name, pair) -> {
                if (of(name, pair).isEmpty()) {
                    names.add(pair.path("path").asText() + " "
                            + pair.path("request").path("method").asText());
                }
            });
        }
        return names;
    }

    private static List<Recording> inDirectory(String directory) {
        var found = new ArrayList<Recording>();
        forEachPair(directory, (name, pair) -> of(name, pair).ifPresent(found::add));
        return found;
    }

    private static void forEachPair(String directory, BiConsumer<String, JsonNode> each) {
        try (Stream<Path> files = Files.list(root().resolve(directory))) {
            for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                var name = file.getFileName().toString();
                if (name.endsWith(".json") && !name.startsWith("_")) {
                    var pairs = JSON.readTree(file.toFile());
                    for (int i = 0; i < pairs.size(); i++) {
                        each.accept(directory + "/" + name + "[" + i + "]", pairs.get(i));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Empty for methods the catalogue does not have, and for the older and newer APIs where they differ. */
    static Optional<Recording> of(String name, JsonNode pair) {
        var request = pair.path("request");
        var method = request.path("method").asText();
        var known = RpcCatalogue.find(method);
        var sameApi = pair.path("path").asText().equals("/rpc/v1")
                || (pair.path("path").asText().equals("/rpc/v0")
                        && known.isPresent()
                        && known.get().parameters() == request.path("params").size());
        if (known.isEmpty() || !sameApi || !pair.path("response").isObject()) {
            return Optional.empty();
        }
        return Optional.of(new Recording(
                name,
                method,
                request.path("params"),
                pair.path("response"),
                pair.path("status").asInt(200),
                pair.path("note").asText()));
    }

    static Path root() {
        try {
            var resource = Recording.class.getResource("/vectors");
            if (resource == null) {
                throw new IllegalStateException("no test vectors");
            }
            return Path.of(resource.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
