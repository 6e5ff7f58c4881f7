package io.adit.devnet.actor;

import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import java.math.BigInteger;
import java.util.Collections;
import java.util.HashSet;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The storage market: escrow and locked balances, published deals, proposals waiting for their start. */
public final class MarketState implements ActorState {
    private final NavigableMap<Long, BigInteger> escrow;
    private final NavigableMap<Long, BigInteger> locked;
    private final NavigableMap<Long, MarketDeal> deals;
    private final Set<Cid> pending;
    private long nextId;

    public MarketState() {
        this(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new HashSet<>(), 0);
    }

    private MarketState(
            NavigableMap<Long, BigInteger> escrow,
            NavigableMap<Long, BigInteger> locked,
            NavigableMap<Long, MarketDeal> deals,
            Set<Cid> pending,
            long nextId) {
        this.escrow = escrow;
        this.locked = locked;
        this.deals = deals;
        this.pending = pending;
        this.nextId = nextId;
    }

    public BigInteger escrow(long id) {
        return escrow.getOrDefault(id, BigInteger.ZERO);
    }

    public BigInteger locked(long id) {
        return locked.getOrDefault(id, BigInteger.ZERO);
    }

    public BigInteger totalLocked() {
        return locked.values().stream().reduce(BigInteger.ZERO, BigInteger::add);
    }

    /** Deals that are neither completed nor slashed, by ID. */
    public NavigableMap<Long, MarketDeal> deals() {
        return Collections.unmodifiableNavigableMap(deals);
    }

    public Optional<MarketDeal> deal(long id) {
        return Optional.ofNullable(deals.get(id));
    }

    /** The ID that the next published deal gets. */
    public long nextId() {
        return nextId;
    }

    /** A known deal, or the exit code that says whether it never was or is gone. */
    MarketDeal existing(long id) {
        var deal = deals.get(id);
        if (deal == null) {
            throw id < nextId && id >= 0
                    ? new ActorAbort(ActorAbort.DEAL_EXPIRED, "deal " + id + " expired")
                    : ActorAbort.notFound("no such deal " + id);
        }
        return deal;
    }

    boolean isPending(Cid proposal) {
        return pending.contains(proposal);
    }

    void removePending(Cid proposal) {
        pending.remove(proposal);
    }

    long publish(MarketDeal deal) {
        long id = nextId++;
        deals.put(id, deal);
        pending.add(deal.proposal().cid());
        return id;
    }

    void replace(long id, MarketDeal deal) {
        deals.put(id, deal);
    }

    void remove(long id) {
        deals.remove(id);
    }

    void addEscrow(long id, BigInteger amount) {
        escrow.merge(id, amount, BigInteger::add);
    }

    void lock(long id, BigInteger amount) {
        locked.merge(id, amount, BigInteger::add);
    }

    void unlock(long id, BigInteger amount) {
        lock(id, amount.negate());
    }

    /** Takes locked money out of the escrow, for a payment or a burn. */
    void spend(long id, BigInteger amount) {
        unlock(id, amount);
        addEscrow(id, amount.negate());
    }

    @Override
    public MarketState copy() {
        return new MarketState(
                new TreeMap<>(escrow), new TreeMap<>(locked), new TreeMap<>(deals), new HashSet<>(pending), nextId);
    }

    @Override
    public void encode(CborWriter writer) {
        writer.array(5);
        encode(writer, escrow);
        encode(writer, locked);
        writer.array(deals.size());
        deals.forEach((id, deal) -> {
            writer.array(2).uint(id);
            deal.encode(writer);
        });
        writer.array(pending.size());
        pending.stream().sorted().forEach(writer::cid);
        writer.uint(nextId);
    }

    private static void encode(CborWriter writer, NavigableMap<Long, BigInteger> balances) {
        writer.array(balances.size());
        balances.forEach((id, amount) -> writer.array(2).uint(id).bytes(amount.toByteArray()));
    }
}
