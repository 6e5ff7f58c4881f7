package io.adit.chain.head;

import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Epoch;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The tipsets from the head down to finality, as far as the follower has seen them, at one moment. Null rounds have no
 * tipset, so depth is counted in epochs and never in tipsets.
 */
public final class ChainView {

    static final ChainView EMPTY = new ChainView(Collections.emptyNavigableMap());

    private final NavigableMap<Epoch, TipSet> byHeight;

    private ChainView(NavigableMap<Epoch, TipSet> byHeight) {
        this.byHeight = byHeight;
    }

    /** The head; empty before the node's first answer. */
    public Optional<TipSet> head() {
        return byHeight.isEmpty()
                ? Optional.empty()
                : Optional.of(byHeight.lastEntry().getValue());
    }

    /** All tipsets, oldest first. */
    public List<TipSet> tipSets() {
        return List.copyOf(byHeight.values());
    }

    /**
     * The tipset of an epoch, or the last one before it when it was a null round. Empty for an epoch after the head, or
     * older than what is kept here: ask the node then.
     */
    public Optional<TipSet> at(Epoch epoch) {
        if (byHeight.isEmpty() || epoch.isAfter(byHeight.lastKey())) {
            return Optional.empty();
        }
        return Optional.ofNullable(byHeight.floorEntry(epoch)).map(entry -> entry.getValue());
    }

    /** Whether the tipset is on the chain, as far as it is kept here. */
    public boolean contains(TipSet tipSet) {
        var own = byHeight.get(tipSet.height());
        return own != null && own.key().equals(tipSet.key());
    }

    /** The kept tipset with that key, looked for from the newest down. */
    Optional<TipSet> find(TipSetKey key) {
        return byHeight.descendingMap().values().stream()
                .filter(tipSet -> tipSet.key().equals(key))
                .findFirst();
    }

    Optional<Epoch> oldest() {
        return byHeight.isEmpty() ? Optional.empty() : Optional.of(byHeight.firstKey());
    }

    /** The tipsets above an epoch, newest first. */
    List<TipSet> above(Epoch epoch) {
        return List.copyOf(byHeight.tailMap(epoch, false).descendingMap().values());
    }

    /** Everything, newest first. */
    List<TipSet> newestFirst() {
        return List.copyOf(byHeight.descendingMap().values());
    }

    /** What is left up to an epoch, with tipsets on top, cut at finality below the new head. */
    ChainView upTo(Optional<Epoch> base, List<TipSet> applied, long finality) {
        var next = new TreeMap<Epoch, TipSet>();
        base.ifPresent(epoch -> next.putAll(byHeight.headMap(epoch, true)));
        applied.forEach(tipSet -> next.put(tipSet.height(), tipSet));
        var oldestKept = new Epoch(next.lastKey().value() - finality);
        next.headMap(oldestKept, false).clear();
        return new ChainView(Collections.unmodifiableNavigableMap(next));
    }
}
