package io.adit.chain.node.pool;

import io.adit.chain.node.FullNode;
import io.adit.chain.node.NetworkParams;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.TokenAmount;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A node of the pool and what it said. Guarded by the pool's lock; the verdict may be read without. */
final class Member {
    private static final int REMEMBERED = 64;

    final String name;
    final FullNode node;
    private volatile Verdict verdict = new Verdict.Unreachable("not asked yet");
    private volatile Optional<TipSet> head = Optional.empty();
    private volatile Duration latency = Duration.ZERO;
    private boolean tried;
    private boolean suspect;
    private Optional<String> failure = Optional.of("not asked yet");
    private Optional<NetworkParams> chain = Optional.empty();
    private boolean headFits = true;
    private int cleanProbes;
    private boolean behind;
    private long behindSince;
    private Optional<Count> lastCount = Optional.empty();
    private final Map<TipSetKey, TokenAmount> feesByParents = bounded();
    private final Map<TipSetKey, TokenAmount> feesByKey = bounded();
    private final Map<TipSetKey, Long> sectors = bounded();

    /** The miner's live sectors at a tipset. */
    record Count(TipSetKey key, long live) {}

    Member(PoolMember from) {
        this.name = from.name();
        this.node = from.node();
    }

    private static <K, V> Map<K, V> bounded() {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > REMEMBERED;
            }
        };
    }

    // ---- what it said ----------------------------------------------------------------------------

    void named(TipSet itsHead, Duration took, Optional<NetworkParams> itsChain) {
        failure = Optional.empty();
        tried = true;
        // A quarter of each new figure: one slow answer is no slow node.
        latency = head.isEmpty() ? took : latency.multipliedBy(3).plus(took).dividedBy(4);
        head = Optional.of(itsHead);
        chain = itsChain.or(() -> chain);
        feesByParents.put(itsHead.parents(), itsHead.parentBaseFee());
        headFits = itsHead.blocks().stream()
                .map(BlockHeader::cid)
                .toList()
                .equals(itsHead.key().cids());
        if (headFits) {
            feesByKey.put(itsHead.key(), itsHead.parentBaseFee());
        }
    }

    void gaveNoHead(String why) {
        tried = true;
        failure = Optional.of(why);
    }

    void counted(TipSetKey key, long live) {
        sectors.put(key, live);
        lastCount = Optional.of(new Count(key, live));
    }

    /** Lets what a liar said before accuse nobody. */
    void forget() {
        feesByParents.clear();
        sectors.clear();
    }

    Optional<TipSet> head() {
        return head;
    }

    Optional<TipSet> reachableHead() {
        return failure.isPresent() ? Optional.empty() : head;
    }

    /** Whether the blocks of its head have the CIDs that it gives for them. */
    boolean headFits() {
        return headFits;
    }

    Optional<String> failure() {
        return failure;
    }

    Optional<NetworkParams> chain() {
        return chain;
    }

    Duration latency() {
        return latency;
    }

    Optional<TokenAmount> feeAfter(TipSetKey parents) {
        return Optional.ofNullable(feesByParents.get(parents));
    }

    /** The base fee in the header of a tipset; certain, since the header has that CID. */
    Optional<TokenAmount> feeOf(TipSetKey key) {
        return Optional.ofNullable(feesByKey.get(key));
    }

    Optional<Count> lastCount() {
        return lastCount;
    }

    OptionalLong countAt(TipSetKey key) {
        var live = sectors.get(key);
        return live == null ? OptionalLong.empty() : OptionalLong.of(live);
    }

    /** How long its head has been too far behind, in nanoseconds; begins and ends with this call. */
    long behindFor(boolean isBehind, long now) {
        if (isBehind && !behind) {
            behindSince = now;
        }
        behind = isBehind;
        return isBehind ? now - behindSince : 0;
    }

    // ---- what is thought of it -------------------------------------------------------------------

    Verdict verdict() {
        return verdict;
    }

    boolean tried() {
        return tried;
    }

    /**
     * Takes a finding. A bad one counts at once; a good one after a bad verdict only when enough probes in a row were
     * good.
     *
     * @param probed whether the finding rests on a new probe of this node
     */
    void settle(Verdict finding, boolean probed, int recoveryProbes, boolean first) {
        if (!finding.good()) {
            cleanProbes = 0;
            verdict = finding;
            return;
        }
        if (probed) {
            cleanProbes++;
        }
        if (verdict.good() || first || cleanProbes >= recoveryProbes) {
            verdict = finding;
        }
    }

    /** A call to it has failed: look at it now. */
    void suspect() {
        suspect = true;
    }

    boolean takeSuspicion() {
        boolean was = suspect;
        suspect = false;
        return was;
    }

    @Override
    public String toString() {
        return name;
    }
}
