package io.adit.market.deal;

import io.adit.core.state.MetaTable;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Direct deals whose sector the chain should know and shows neither as living nor as ended, as the last look saw it. That ends no
 * deal: the operator has to look.
 *
 * @param deals by their names in the store
 */
public record UnknownSectors(Set<UUID> deals) {
    /** What it means for a deal. */
    public static final String MEANING = "the full node shows its sector neither as living nor as ended, though it was"
            + " proven long ago; the deal stays active until the node shows that";

    private static final String STORED = "market.unknown-sectors";

    public UnknownSectors {
        deals = Set.copyOf(deals);
    }

    /** What the last look saw. */
    public static UnknownSectors read(MetaTable meta) {
        return new UnknownSectors(Arrays.stream(meta.get(STORED).orElse("").split(" "))
                .filter(word -> !word.isEmpty())
                .map(UUID::fromString)
                .collect(Collectors.toSet()));
    }

    void write(MetaTable meta) {
        meta.put(STORED, deals.stream().map(UUID::toString).sorted().collect(Collectors.joining(" ")));
    }

    /** Whether the deal is one of them. */
    public boolean holds(UUID deal) {
        return deals.contains(deal);
    }
}
