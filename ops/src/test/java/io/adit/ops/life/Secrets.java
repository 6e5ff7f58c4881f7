package io.adit.ops.life;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.ops.daemon.NodeHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The keys, tokens and passphrases of a home, in every writing in which one could slip into a log, a database or a
 * report, and where they are found beside the files that are there to hold them.
 */
final class Secrets {
    private static final HexFormat HEX = HexFormat.of();
    private static final Base64.Encoder BASE64 = Base64.getEncoder().withoutPadding();
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    /** Files whose purpose is to hold one, for their owner alone. */
    private static final Set<String> HOLDERS = Set.of("keystore.passphrase", "token", "libp2p.key", "config.toml");

    /** What it looks like to what it is. */
    private final Map<String, String> writings = new LinkedHashMap<>();

    /** Adds what the node's, or a client's, home keeps secret. */
    Secrets addHome(Path directory) throws IOException {
        var home = new NodeHome(directory);
        var keystore = home.keystore(Map.of(), new SecureRandom());
        for (var address : keystore.addresses()) {
            var export = keystore.export(address).toLotusExport();
            addText("export of " + address, export);
            addBytes("key of " + address, inside(export));
        }
        addFile(directory.resolve("keystore.passphrase"));
        addFile(directory.resolve("token"));
        if (Files.exists(home.libp2pKey())) {
            var protobuf = Files.readAllBytes(home.libp2pKey());
            // Type and length, then 32 bytes of seed and 32 of the public key.
            addBytes("libp2p key", Arrays.copyOfRange(protobuf, protobuf.length - 64, protobuf.length - 32));
            for (var node : home.load(Map.of(), Map.of()).chain().nodes()) {
                addText("full node's token", node.substring(0, node.indexOf(':')));
            }
        }
        return this;
    }

    private static byte[] inside(String export) throws IOException {
        return new ObjectMapper()
                .readTree(HEX.parseHex(export))
                .path("PrivateKey")
                .binaryValue();
    }

    private void addFile(Path file) throws IOException {
        if (Files.exists(file)) {
            addText(file.getFileName().toString(), Files.readString(file).strip());
        }
    }

    private void addText(String what, String text) {
        if (text.length() < 16) {
            throw new IllegalStateException("the " + what + " is too short to be looked for");
        }
        writings.put(text, what);
        writings.put(Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)), what + " in base64");
    }

    private void addBytes(String what, byte[] bytes) {
        writings.put(HEX.formatHex(bytes), what + " in hex");
        writings.put(HEX.withUpperCase().formatHex(bytes), what + " in hex");
        writings.put(BASE64.encodeToString(bytes), what + " in base64");
        writings.put(BASE64URL.encodeToString(bytes), what + " in base64url");
        writings.put(new String(bytes, StandardCharsets.ISO_8859_1), what + " as it is");
        writings.put(Arrays.toString(bytes), what + " as a list of numbers");
    }

    int size() {
        return writings.size();
    }

    /** What is found in a text. */
    List<String> in(String text) {
        return writings.entrySet().stream()
                .filter(writing -> text.contains(writing.getKey()))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** What is found in the files below a folder, each as {@code file: secret}. */
    List<String> below(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !HOLDERS.contains(file.getFileName().toString()))
                    .flatMap(file -> in(read(file)).stream().map(found -> folder.relativize(file) + ": " + found))
                    .toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
