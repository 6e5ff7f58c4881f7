package io.adit.core.slash;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.adit.core.error.AditException;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.Cid;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The JSON of protection files. Strict: an unknown key may be a misspelt one, and what it should have protected would be
 * lost.
 */
final class ProtectionJson {
    static final String FORMAT = "adit-slash-guard";
    static final String VERSION = "1";
    private static final int MAX_PARTS = 1000;
    private static final int MAX_BLOCKS = 200_000;
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(SerializationFeature.INDENT_OUTPUT);

    private ProtectionJson() {}

    static ProtectionFile parse(String json) {
        try {
            var root = object(JSON.readTree(json), "the file", Set.of("metadata", "data"), Set.of());
            var metadata =
                    object(root.get("metadata"), "metadata", Set.of("format", "format_version", "genesis"), Set.of());
            require(metadata, "format", FORMAT);
            require(metadata, "format_version", VERSION);
            var parts = new ArrayList<ProtectionFile.Part>();
            for (JsonNode part : array(root.get("data"), "data", MAX_PARTS)) {
                parts.add(part(part));
            }
            return new ProtectionFile(Cid.parse(text(metadata, "genesis")), parts);
        } catch (JsonProcessingException e) {
            throw malformed("it is not JSON: " + e.getOriginalMessage());
        } catch (InvalidValueException e) {
            throw malformed(e.getMessage() == null ? "a value is out of range" : e.getMessage());
        }
    }

    private static ProtectionFile.Part part(JsonNode json) {
        var part = object(json, "an entry of data", Set.of("miner", "signed_blocks"), Set.of("signed_up_to"));
        long signedUpTo = part.has("signed_up_to") ? epoch(part, "signed_up_to") : SigningHistory.NO_FLOOR;
        var blocks = new ArrayList<ProtectedBlock>();
        for (JsonNode entry : array(part.get("signed_blocks"), "signed_blocks", MAX_BLOCKS)) {
            var block = object(
                    entry, "an entry of signed_blocks", Set.of("epoch"), Set.of("block", "parents", "parent_epoch"));
            if (block.size() == 1) {
                // That something is signed at an epoch, without saying what, is known as little as what lies below it.
                signedUpTo = Math.max(signedUpTo, epoch(block, "epoch"));
            } else {
                blocks.add(block(block));
            }
        }
        return new ProtectionFile.Part(Address.parse(text(part, "miner")), signedUpTo, blocks);
    }

    private static ProtectedBlock block(JsonNode json) {
        List<Cid> parents = new ArrayList<>();
        for (JsonNode parent : array(json.path("parents"), "parents", BlockIntent.MAX_PARENTS)) {
            if (!parent.isTextual()) {
                throw malformed("a parent is not a text");
            }
            parents.add(Cid.parse(parent.asText()));
        }
        return new ProtectedBlock(
                new Epoch(epoch(json, "epoch")),
                Cid.parse(text(json, "block")),
                parents,
                new Epoch(epoch(json, "parent_epoch")));
    }

    static String write(ProtectionFile file) {
        var root = JSON.createObjectNode();
        root.putObject("metadata")
                .put("format", FORMAT)
                .put("format_version", VERSION)
                .put("genesis", file.genesis().toString());
        ArrayNode data = root.putArray("data");
        for (ProtectionFile.Part part : file.parts()) {
            var out = data.addObject().put("miner", part.miner().toString());
            if (part.signedUpTo() != SigningHistory.NO_FLOOR) {
                out.put("signed_up_to", Long.toString(part.signedUpTo()));
            }
            ArrayNode blocks = out.putArray("signed_blocks");
            for (ProtectedBlock block : part.blocks()) {
                var entry = blocks.addObject()
                        .put("epoch", block.epoch().toString())
                        .put("block", block.block().toString());
                var parents = entry.putArray("parents");
                block.parents().forEach(parent -> parents.add(parent.toString()));
                entry.put("parent_epoch", block.parentEpoch().toString());
            }
        }
        try {
            return JSON.writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of texts could not be written as JSON", e);
        }
    }

    static AditException malformed(String what) {
        return new AditException(SlashErrorCode.SLASH_FILE_MALFORMED, "reading a protection file: " + what);
    }

    private static JsonNode object(JsonNode node, String what, Set<String> needed, Set<String> allowed) {
        if (!node.isObject()) {
            throw malformed(what + " is not an object");
        }
        needed.forEach(key -> {
            if (!node.has(key)) {
                throw malformed(what + " has no " + key);
            }
        });
        node.fieldNames().forEachRemaining(key -> {
            if (!needed.contains(key) && !allowed.contains(key)) {
                throw malformed(what + " has the unknown key " + key);
            }
        });
        return node;
    }

    private static JsonNode array(JsonNode node, String what, int max) {
        if (!node.isArray() || node.size() > max) {
            throw malformed(what + " is not an array of at most " + max);
        }
        return node;
    }

    private static void require(JsonNode metadata, String key, String value) {
        if (!text(metadata, key).equals(value)) {
            throw malformed(key + " is not " + value);
        }
    }

    private static String text(JsonNode node, String key) {
        if (!node.path(key).isTextual()) {
            throw malformed(key + " is missing or not a text");
        }
        return node.get(key).asText();
    }

    /** Decimal digits in a text: JSON numbers lose precision in some readers. */
    private static long epoch(JsonNode node, String key) {
        String text = text(node, key);
        if (!text.matches("0|[1-9][0-9]{0,17}")) {
            throw malformed(key + " is not an epoch in decimal digits");
        }
        return Long.parseLong(text);
    }
}
