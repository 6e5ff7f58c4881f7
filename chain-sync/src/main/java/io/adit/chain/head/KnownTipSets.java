package io.adit.chain.head;

import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Tipsets at hand for a walk, so many and no more: beyond that the ones heard of first are dropped, and the node is asked again. */
final class KnownTipSets {
    private final int most;
    private final Map<TipSetKey, TipSet> byKey = new LinkedHashMap<>();

    KnownTipSets(int most) {
        this.most = most;
    }

    void put(TipSet tipSet) {
        byKey.put(tipSet.key(), tipSet);
        if (byKey.size() > most) {
            var oldest = byKey.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    Optional<TipSet> find(TipSetKey key) {
        return Optional.ofNullable(byKey.get(key));
    }

    int size() {
        return byKey.size();
    }

    void clear() {
        byKey.clear();
    }

    void moveTo(KnownTipSets other) {
        byKey.values().forEach(other::put);
        byKey.clear();
    }
}
