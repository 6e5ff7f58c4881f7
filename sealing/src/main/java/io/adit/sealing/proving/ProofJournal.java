package io.adit.sealing.proving;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.chain.actor.PoStPartition;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.ipld.Cid;
import io.adit.core.state.Bytes;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The durable records of the last windows' partitions: what lets a restart inside a window go on, and says which partitions the
 * deadlines of the last two days had. Old ones are dropped, so that a miner's years of proving do not fill the store.
 */
final class ProofJournal {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String INDEX = "post.index";
    private static final HexFormat HEX = HexFormat.of();

    /** Records that are kept however old: a few weeks of a small miner. */
    private static final int KEPT = 512;

    /** Two proving periods of 48 deadlines, and some. Records of so many windows are kept however many they are, but for the limit. */
    private static final int WINDOWS_KEPT = 100;

    /** Of some 80 partitions a deadline, two or three times those of the largest miners. */
    private static final int MOST = 8192;

    private record Stored(
            long open,
            long close,
            long deadline,
            long partition,
            int attempt,
            String phase,
            String note,
            @Nullable String challenge,
            long proofType,
            @Nullable String proof,
            @Nullable String skipped,
            @Nullable String message,
            int count,
            @Nullable List<StoredPartition> partitions) {}

    private record StoredPartition(long index, String skipped) {}

    private final StateStore store;
    private final int most;
    private final ReentrantLock indexing = new ReentrantLock();

    ProofJournal(StateStore store) {
        this(store, MOST);
    }

    /** @param most records that are kept, whatever they are of */
    ProofJournal(StateStore store, int most) {
        this.store = store;
        this.most = most;
    }

    /** The record that stands for a partition, its own or that of a batch. */
    Optional<PartitionProof> covering(ProvingWindow window, long partition) {
        Optional<PartitionProof> found = find(window, PartitionBatch.single(partition));
        for (int count = 2; found.isEmpty() && count <= PartitionBatch.MOST_PARTITIONS; count++) {
            for (long first = Math.max(0, partition - count + 1); found.isEmpty() && first <= partition; first++) {
                found = find(window, new PartitionBatch(first, count)).filter(proof -> proof.standsFor(partition));
            }
        }
        return found;
    }

    Optional<PartitionProof> find(ProvingWindow window, PartitionBatch batch) {
        String name = name(window.open(), window.deadline(), batch);
        return store.read(tx -> tx.meta().get(name)).map(ProofJournal::parse);
    }

    PartitionProof save(PartitionProof proof) {
        String name = name(proof.open(), proof.deadline(), proof.batch());
        // Two partitions that are saved at once must not both write the index that they read before the other.
        indexing.lock();
        try {
            store.transactVoid(tx -> {
                if (tx.meta().get(name).isEmpty()) {
                    index(
                            tx,
                            name,
                            proof.open().minus(WINDOWS_KEPT * proof.close().minus(proof.open())));
                }
                tx.meta().put(name, format(proof));
            });
        } finally {
            indexing.unlock();
        }
        return proof;
    }

    /** The kept records, newest first. */
    List<PartitionProof> recent() {
        return since(new Epoch(0));
    }

    /** Those of windows that opened at this epoch or later. */
    List<PartitionProof> since(Epoch oldest) {
        return store.read(tx -> names(tx).reversed().stream()
                .filter(name -> !opening(name).isBefore(oldest))
                .map(name -> tx.meta().get(name))
                .flatMap(Optional::stream)
                .map(ProofJournal::parse)
                .toList());
    }

    private void index(Tx tx, String name, Epoch oldest) {
        var names = new ArrayList<>(names(tx));
        names.add(name);
        int gone = 0;
        while (names.size() - gone > most
                || (names.size() - gone > KEPT && opening(names.get(gone)).isBefore(oldest))) {
            tx.meta().remove(names.get(gone++));
        }
        tx.meta().put(INDEX, json(names.subList(gone, names.size())));
    }

    private static List<String> names(Tx tx) {
        Optional<String> index = tx.meta().get(INDEX);
        if (index.isEmpty()) {
            return List.of();
        }
        try {
            return JSON.readValue(index.get(), new TypeReference<List<String>>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the index of window proofs is not readable", e);
        }
    }

    private static String name(Epoch open, long deadline, PartitionBatch batch) {
        return "post." + open.value() + "." + deadline + "." + batch;
    }

    private static Epoch opening(String name) {
        return new Epoch(Long.parseLong(name.split("\\.", 3)[1]));
    }

    private static String format(PartitionProof proof) {
        var made = proof.made();
        return json(new Stored(
                proof.open().value(),
                proof.close().value(),
                proof.deadline(),
                proof.partition(),
                proof.attempt(),
                proof.phase().name(),
                proof.note(),
                made.map(m -> m.challenge().toHex()).orElse(null),
                made.map(m -> m.type().number()).orElse(-1L),
                made.map(m -> HEX.formatHex(m.proof().array())).orElse(null),
                made.map(m -> HEX.formatHex(m.skipped().toRle())).orElse(null),
                proof.message().map(Cid::toString).orElse(null),
                proof.count(),
                made.map(ProofJournal::partitions).orElse(null)));
    }

    private static PartitionProof parse(String json) {
        try {
            var stored = JSON.readValue(json, Stored.class);
            return new PartitionProof(
                    new Epoch(stored.open()),
                    new Epoch(stored.close()),
                    stored.deadline(),
                    stored.partition(),
                    // Written before there were batches: absent.
                    Math.max(1, stored.count()),
                    stored.attempt(),
                    made(stored),
                    Optional.ofNullable(stored.message()).map(Cid::parse),
                    PartitionProof.Phase.valueOf(stored.phase()),
                    stored.note());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored window proof is not readable: " + json, e);
        }
    }

    private static Optional<PartitionProof.Made> made(Stored stored) {
        String challenge = stored.challenge();
        String proof = stored.proof();
        String skipped = stored.skipped();
        if (challenge == null || proof == null || skipped == null) {
            return Optional.empty();
        }
        return Optional.of(new PartitionProof.Made(
                Randomness.fromHex(challenge),
                RegisteredPoStProof.fromNumber(stored.proofType()),
                new Bytes(HEX.parseHex(proof)),
                partitions(stored, skipped)));
    }

    private static List<StoredPartition> partitions(PartitionProof.Made made) {
        return made.partitions().stream()
                .map(one -> new StoredPartition(
                        one.index(), HEX.formatHex(one.skipped().toRle())))
                .toList();
    }

    private static List<PoStPartition> partitions(Stored stored, String skipped) {
        List<StoredPartition> all = stored.partitions();
        if (all == null) {
            return List.of(new PoStPartition(stored.partition(), BitField.parse(HEX.parseHex(skipped))));
        }
        return all.stream()
                .map(one -> new PoStPartition(one.index(), BitField.parse(HEX.parseHex(one.skipped()))))
                .toList();
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of numbers and strings is always JSON", e);
        }
    }
}
