package io.adit.sealing.mining;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.chain.node.Block;
import io.adit.chain.node.json.ChainJson;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Network;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The won rounds of the last weeks and what became of them, on disk. Blocks older than those that are kept are counted
 * only.
 */
public final class BlockJournal {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<List<Long>> EPOCHS = new TypeReference<>() {};
    private static final TypeReference<Map<String, Long>> COUNTS = new TypeReference<>() {};

    /** A year of a miner that wins twice a day. */
    private static final int KEPT = 730;

    private record Stored(
            long winCount,
            long parentEpoch,
            String phase,
            @Nullable String block,
            long atMillis,
            List<Long> stepMillis,
            String note) {}

    private final StateStore store;
    private final String prefix;

    public BlockJournal(StateStore store, Address miner) {
        this.store = store;
        this.prefix = "mining." + miner.id().orElseThrow() + ".";
    }

    /** The record of an epoch. */
    public Optional<MinedBlock> find(Epoch epoch) {
        return store.read(tx -> find(tx, epoch));
    }

    /** On disk when this returns. */
    MinedBlock save(MinedBlock block) {
        store.transactVoid(tx -> {
            var before = find(tx, block.epoch());
            if (before.isEmpty()) {
                index(tx, block.epoch());
            }
            count(tx, before.map(MinedBlock::phase), block.phase());
            tx.meta().put(name(block.epoch()), format(block));
        });
        return block;
    }

    /** The kept records, newest first. */
    public List<MinedBlock> recent(int most) {
        return store.read(tx -> epochs(tx).reversed().stream()
                .limit(most)
                .map(epoch -> find(tx, new Epoch(epoch)))
                .flatMap(Optional::stream)
                .toList());
    }

    /** What came of all rounds, also of those that are no longer kept. */
    public RoundCounts counts() {
        var counts = store.read(this::phases);
        long submitted = of(counts, MinedBlock.Phase.SUBMITTED);
        long included = of(counts, MinedBlock.Phase.INCLUDED);
        long orphaned = of(counts, MinedBlock.Phase.ORPHANED);
        return new RoundCounts(
                counts.values().stream().mapToLong(Long::longValue).sum(),
                submitted + included + orphaned,
                included,
                orphaned,
                of(counts, MinedBlock.Phase.REFUSED),
                of(counts, MinedBlock.Phase.FAILED));
    }

    private static long of(Map<String, Long> counts, MinedBlock.Phase phase) {
        return counts.getOrDefault(phase.name(), 0L);
    }

    private void count(Tx tx, Optional<MinedBlock.Phase> before, MinedBlock.Phase after) {
        var counts = phases(tx);
        before.ifPresent(phase -> counts.merge(phase.name(), -1L, Long::sum));
        counts.merge(after.name(), 1L, Long::sum);
        tx.meta().put(prefix + "counts", json(counts));
    }

    private Map<String, Long> phases(Tx tx) {
        return tx.meta()
                .get(prefix + "counts")
                .map(text -> new TreeMap<>(parse(text, COUNTS)))
                .orElseGet(TreeMap::new);
    }

    private void index(Tx tx, Epoch epoch) {
        var epochs = new ArrayList<>(epochs(tx));
        epochs.add(epoch.value());
        epochs.sort(null);
        while (epochs.size() > KEPT) {
            tx.meta().remove(name(new Epoch(epochs.removeFirst())));
        }
        tx.meta().put(prefix + "index", json(epochs));
    }

    private List<Long> epochs(Tx tx) {
        return tx.meta().get(prefix + "index").map(text -> parse(text, EPOCHS)).orElse(List.of());
    }

    private Optional<MinedBlock> find(Tx tx, Epoch epoch) {
        return tx.meta().get(name(epoch)).map(text -> parse(epoch, text));
    }

    private String name(Epoch epoch) {
        return prefix + "block." + epoch.value();
    }

    private static String format(MinedBlock block) {
        var steps = block.steps();
        return json(new Stored(
                block.winCount(),
                block.parentEpoch().value(),
                block.phase().name(),
                block.block()
                        .map(known ->
                                ChainJson.BLOCK.encode(known, Network.TESTNET).toString())
                        .orElse(null),
                block.at().toEpochMilli(),
                List.of(
                        steps.baseInfo().toMillis(),
                        steps.election().toMillis(),
                        steps.proof().toMillis(),
                        steps.select().toMillis(),
                        steps.create().toMillis(),
                        steps.sign().toMillis(),
                        steps.submit().toMillis()),
                block.note()));
    }

    private static MinedBlock parse(Epoch epoch, String text) {
        var stored = parse(text, new TypeReference<Stored>() {});
        var steps = stored.stepMillis().stream().map(Duration::ofMillis).toList();
        return new MinedBlock(
                epoch,
                stored.winCount(),
                new Epoch(stored.parentEpoch()),
                MinedBlock.Phase.valueOf(stored.phase()),
                Optional.ofNullable(stored.block()).map(BlockJournal::block),
                Instant.ofEpochMilli(stored.atMillis()),
                new RoundSteps(
                        steps.get(0),
                        steps.get(1),
                        steps.get(2),
                        steps.get(3),
                        steps.get(4),
                        steps.get(5),
                        steps.get(6)),
                stored.note());
    }

    private static Block block(String json) {
        try {
            return ChainJson.BLOCK.decode(JSON.readTree(json));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored block is not readable: " + json, e);
        }
    }

    private static <T> T parse(String json, TypeReference<T> type) {
        try {
            return JSON.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of the block journal is not readable: " + json, e);
        }
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of numbers and strings is always JSON", e);
        }
    }
}
