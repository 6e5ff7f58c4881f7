package io.adit.chain.node.rpc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Optional;

/** Text to JSON tree and back, within limits: length by the caller; depth, length of numbers and count of values here. */
final class Json {

    private static final int MAX_DEPTH = 1000;
    private static final int MAX_DIGITS = 400;
    /**
     * A token takes some forty bytes as a tree, an empty object eighty; Lotus's densest long answers, receipts, have one in six
     * bytes, and those of sectors, the longest, one in twenty.
     */
    private static final int LEAST_BYTES_PER_TOKEN = 8;

    private static final long FEW_TOKENS = 1 << 20;

    private final ObjectMapper mapper;

    Json(int maxTextLength) {
        var limits = StreamReadConstraints.builder()
                .maxNestingDepth(MAX_DEPTH)
                .maxNumberLength(MAX_DIGITS)
                .maxStringLength(maxTextLength)
                .maxTokenCount(Math.max(FEW_TOKENS, maxTextLength / LEAST_BYTES_PER_TOKEN))
                .build();
        this.mapper = new ObjectMapper(
                        JsonFactory.builder().streamReadConstraints(limits).build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);
    }

    /** Empty when the bytes are not one JSON value within the limits. */
    Optional<JsonNode> parse(byte[] text) {
        try {
            return Optional.ofNullable(mapper.readTree(text)).filter(node -> !node.isMissingNode());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Empty when the text is not one JSON value within the limits. */
    Optional<JsonNode> parse(String text) {
        try {
            return Optional.ofNullable(mapper.readTree(text)).filter(node -> !node.isMissingNode());
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    String write(JsonNode node) {
        return node.toString();
    }
}
