package io.adit.sealing.proving;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** The lost disputes that were seen, kept durably: the last hundred. */
final class DisputeLog {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NAME = "post.disputes";
    private static final int KEPT = 100;

    private record Stored(
            long epoch,
            long deadline,
            long postIndex,
            List<Long> partitions,
            long sectors,
            String penalty,
            String disputer,
            String message) {}

    private final StateStore store;

    DisputeLog(StateStore store) {
        this.store = store;
    }

    /** Newest first. */
    List<Dispute> list() {
        return store.read(DisputeLog::stored).reversed().stream()
                .map(DisputeLog::dispute)
                .toList();
    }

    /**
     * Keeps one.
     *
     * @return false when its message is known already
     */
    boolean add(Dispute dispute) {
        return store.transact(tx -> {
            var all = new ArrayList<>(stored(tx));
            String message = dispute.message().toString();
            if (all.stream().anyMatch(known -> known.message().equals(message))) {
                return false;
            }
            all.add(new Stored(
                    dispute.epoch().value(),
                    dispute.deadline(),
                    dispute.postIndex(),
                    dispute.partitions(),
                    dispute.sectors(),
                    dispute.penalty().atto().toString(),
                    dispute.disputer().toString(),
                    message));
            while (all.size() > KEPT) {
                all.removeFirst();
            }
            tx.meta().put(NAME, format(all));
            return true;
        });
    }

    private static List<Stored> stored(Tx tx) {
        return tx.meta().get(NAME).map(DisputeLog::parse).orElse(List.of());
    }

    private static Dispute dispute(Stored stored) {
        return new Dispute(
                new Epoch(stored.epoch()),
                stored.deadline(),
                stored.postIndex(),
                stored.partitions(),
                stored.sectors(),
                new TokenAmount(new BigInteger(stored.penalty())),
                Address.parse(stored.disputer()),
                Cid.parse(stored.message()));
    }

    private static List<Stored> parse(String json) {
        try {
            return JSON.readValue(json, new TypeReference<List<Stored>>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the list of lost disputes is not readable", e);
        }
    }

    private static String format(List<Stored> all) {
        try {
            return JSON.writeValueAsString(all);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of numbers and strings is always JSON", e);
        }
    }
}
