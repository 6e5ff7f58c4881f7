package io.adit.sealing.proving;

import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.state.MetaTable;
import io.adit.core.state.StateStore;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Sectors whose files can be read and that the proof library could not prove all the same, such as ones with damage inside. To
 * declare such a one recovered again for each window costs gas and a fine each time, and nothing comes of it. So each time that
 * it is refused, twice as many of its windows pass before it is declared again; once it is proven all is forgotten.
 */
final class RefusedSectors {

    private static final String NAME = "post.refused";

    /** 8 proving periods: the chain terminates a sector that is faulty for 42, so that a mended one must be tried well before. */
    private static final int MOST_DOUBLINGS = 3;

    private record Refusal(int times, Epoch window) {}

    private final StateStore store;

    RefusedSectors(StateStore store) {
        this.store = store;
    }

    /**
     * A proof was made.
     *
     * @param refused by the library
     * @param proven those in the proof
     */
    void made(BitField refused, BitField proven, ProvingWindow window) {
        // Proofs of several partitions are made at once. On PostgreSQL two transactions would each read what the other
        // has not written yet, and one refusal would be lost.
        boolean noted;
        do {
            noted = store.transact(tx -> note(tx.meta(), refused, proven, window));
        } while (!noted);
    }

    private static boolean note(MetaTable meta, BitField refused, BitField proven, ProvingWindow window) {
        var before = meta.get(NAME);
        Map<Long, Refusal> all = parse(before.orElse(""));
        all.keySet().removeIf(proven::contains);
        refused.sectors(DeclarationBatches.MOST_SECTORS)
                .forEach(sector -> all.merge(
                        sector.value(),
                        new Refusal(1, window.open()),
                        // Of one window every proof that is made anew is refused the same.
                        (old, now) ->
                                old.window().equals(now.window()) ? old : new Refusal(old.times() + 1, now.window())));
        String after = format(all);
        return after.equals(before.orElse("")) || meta.replace(NAME, before, after);
    }

    /** Those of these sectors that are not to be declared recovered for this window. */
    BitField notYet(BitField sectors, ProvingWindow window, long provingPeriod) {
        Map<Long, Refusal> all = parse(store.read(tx -> tx.meta().get(NAME)).orElse(""));
        var waiting = new ArrayList<SectorNumber>();
        all.forEach((number, refusal) -> {
            long periods = 1L << Math.min(refusal.times() - 1, MOST_DOUBLINGS);
            if (sectors.contains(number)
                    && window.open().isBefore(refusal.window().plus(Math.multiplyExact(periods, provingPeriod)))) {
                waiting.add(new SectorNumber(number));
            }
        });
        return BitField.ofSectors(waiting);
    }

    private static Map<Long, Refusal> parse(String stored) {
        var all = new TreeMap<Long, Refusal>();
        stored.lines().forEach(line -> {
            String[] parts = line.split(" ", 3);
            all.put(
                    Long.parseLong(parts[0]),
                    new Refusal(Integer.parseInt(parts[1]), new Epoch(Long.parseLong(parts[2]))));
        });
        return all;
    }

    private static String format(Map<Long, Refusal> all) {
        return all.entrySet().stream()
                .map(one -> one.getKey() + " " + one.getValue().times() + " "
                        + one.getValue().window().value())
                .collect(Collectors.joining("\n"));
    }
}
