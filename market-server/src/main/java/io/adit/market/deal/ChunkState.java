package io.adit.market.deal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.state.Tx;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * Which chunks of a deal's data are on disk.
 *
 * @param have a bit for each chunk, hexadecimal
 * @param finished whether the client says that it is all
 */
record ChunkState(long rawSize, long chunkSize, String have, boolean finished) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static ChunkState begun(long rawSize, long chunkSize) {
        return new ChunkState(rawSize, chunkSize, "", false);
    }

    static Optional<ChunkState> find(Tx tx, UUID deal) {
        return tx.meta().get(name(deal)).map(ChunkState::parse);
    }

    static void remove(Tx tx, UUID deal) {
        tx.meta().remove(name(deal));
    }

    void put(Tx tx, UUID deal) {
        try {
            tx.meta().put(name(deal), JSON.writeValueAsString(this));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of numbers and text is always JSON", e);
        }
    }

    private static ChunkState parse(String json) {
        try {
            return JSON.readValue(json, ChunkState.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the stored state of an upload is not readable: " + json, e);
        }
    }

    private static String name(UUID deal) {
        return "mk20.upload." + deal;
    }

    int chunks() {
        return Math.toIntExact((rawSize + chunkSize - 1) / chunkSize);
    }

    /** Where a chunk begins; the first is number 1. */
    long offset(int number) {
        return (number - 1) * chunkSize;
    }

    int length(int number) {
        return Math.toIntExact(Math.min(chunkSize, rawSize - offset(number)));
    }

    private BitSet bits() {
        return BitSet.valueOf(HexFormat.of().parseHex(have));
    }

    boolean has(int number) {
        return bits().get(number);
    }

    ChunkState with(int number) {
        var bits = bits();
        bits.set(number);
        return new ChunkState(rawSize, chunkSize, HexFormat.of().formatHex(bits.toByteArray()), finished);
    }

    ChunkState asFinished() {
        return new ChunkState(rawSize, chunkSize, have, true);
    }

    /** The chunks that are on disk, or those that are not. */
    List<Integer> numbers(boolean present) {
        var bits = bits();
        return IntStream.rangeClosed(1, chunks())
                .filter(number -> bits.get(number) == present)
                .boxed()
                .toList();
    }
}
