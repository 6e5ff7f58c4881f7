package io.adit.chain.node.json;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.core.fil.Network;

/**
 * One JSON shape, both ways. {@code decode(encode(v, n))} is {@code v}; the other way round holds for everything that
 * Lotus itself writes, except where a type says that it forgets something.
 *
 * @param <T> the Java side of the shape
 */
public interface JsonType<T> {

    /**
     * Writes a value.
     *
     * @param network the network whose prefix ({@code f} or {@code t}) addresses get
     */
    JsonNode encode(T value, Network network);

    /**
     * Reads a value.
     *
     * @throws LotusJsonException when the JSON does not have this shape
     */
    T decode(JsonNode node);
}
