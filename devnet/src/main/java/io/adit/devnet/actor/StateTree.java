package io.adit.devnet.actor;

import io.adit.core.fil.Address;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Every actor of the chain at one moment. A tree is changed while a tipset runs and then frozen by being left alone: the
 * next tipset works on {@link #fork()}, which shares all states that it does not write. That is what makes queries at old
 * tipsets and reorgs cheap.
 */
public final class StateTree {
    public static final long SYSTEM = 0;
    public static final long INIT = 1;
    public static final long REWARD = 2;
    public static final long CRON = 3;
    public static final long POWER = 4;
    public static final long MARKET = 5;
    public static final long VERIFIED_REGISTRY = 6;
    public static final long DATACAP = 7;
    public static final long BURNT_FUNDS = 99;

    private SortedMap<Long, ActorEntry> actors;
    private Map<Address, Long> ids;
    private Set<Long> owned = new HashSet<>();

    public StateTree() {
        this(new TreeMap<>(), new HashMap<>());
    }

    private StateTree(SortedMap<Long, ActorEntry> actors, Map<Address, Long> ids) {
        this.actors = actors;
        this.ids = ids;
    }

    /** A tree that starts equal to this one; writes to either are not seen by the other. */
    public StateTree fork() {
        owned = new HashSet<>();
        return new StateTree(new TreeMap<>(actors), new HashMap<>(ids));
    }

    /** What {@link #rollback} needs. */
    public record Checkpoint(Map<Long, ActorEntry> actors, Map<Address, Long> ids, Set<Long> owned) {}

    Checkpoint checkpoint() {
        var saved = new Checkpoint(new TreeMap<>(actors), new HashMap<>(ids), owned);
        owned = new HashSet<>();
        return saved;
    }

    void rollback(Checkpoint saved) {
        actors = new TreeMap<>(saved.actors());
        ids = new HashMap<>(saved.ids());
        owned = saved.owned();
    }

    void commit(Checkpoint saved) {
        owned.addAll(saved.owned());
    }

    /** The actor with that ID. */
    public Optional<ActorEntry> find(long id) {
        return Optional.ofNullable(actors.get(id));
    }

    ActorEntry get(long id) {
        var entry = actors.get(id);
        if (entry == null) {
            throw ActorAbort.notFound("no code for address t0" + id);
        }
        return entry;
    }

    /** The ID behind any address, if the chain knows it. */
    public Optional<Long> resolve(Address address) {
        if (address.id().isPresent()) {
            return Optional.of(address.id().getAsLong());
        }
        return Optional.ofNullable(ids.get(address));
    }

    /** The state of that actor, not to be changed. */
    public <T extends ActorState> T read(long id, Class<T> type) {
        return type.cast(get(id).state());
    }

    /** The state of that actor, as a copy that this tree owns and the caller may change. */
    <T extends ActorState> T write(long id, Class<T> type) {
        var entry = get(id);
        if (!owned.add(id)) {
            return type.cast(entry.state());
        }
        var copy = type.cast(entry.state().copy());
        actors.put(id, entry.withState(copy));
        return copy;
    }

    /** Adds or replaces an actor. */
    public void put(long id, ActorEntry entry) {
        actors.put(id, entry);
        owned.remove(id);
        entry.robust().ifPresent(address -> ids.put(address, id));
    }

    /** A new account for a key address, with the next free ID. */
    public long createAccount(Address key) {
        long id = write(INIT, InitState.class).allocate();
        put(id, new ActorEntry(ActorType.ACCOUNT, new ActorState.Empty(), 0, BigInteger.ZERO, Optional.of(key)));
        return id;
    }

    public BigInteger balance(long id) {
        return find(id).map(ActorEntry::balance).orElse(BigInteger.ZERO);
    }

    void addBalance(long id, BigInteger amount) {
        var entry = get(id);
        actors.put(id, entry.withBalance(entry.balance().add(amount)));
    }

    /** Moves money between actors; the sender must have it. */
    void transfer(long from, long to, BigInteger amount) {
        if (amount.signum() == 0) {
            return;
        }
        if (balance(from).compareTo(amount) < 0) {
            throw new ActorAbort(
                    ActorAbort.SYS_INSUFFICIENT_FUNDS,
                    "sender does not have funds to transfer (balance " + balance(from) + ", transfer " + amount + ")");
        }
        addBalance(from, amount.negate());
        addBalance(to, amount);
    }

    void incrementNonce(long id) {
        var entry = get(id);
        actors.put(id, entry.withNonce(entry.nonce() + 1));
    }

    /** IDs of all actors of that type, ascending. */
    public List<Long> all(ActorType type) {
        return actors.entrySet().stream()
                .filter(entry -> entry.getValue().type() == type)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** All IDs, ascending. */
    public List<Long> ids() {
        return List.copyOf(actors.keySet());
    }

    /** CID of one actor's state. */
    public Cid head(long id) {
        return get(id).head();
    }

    /** The state root: a hash of the devnet's own encoding of all actors. Call it once the tree no longer changes. */
    public Cid root() {
        var writer = new CborWriter().array(actors.size());
        actors.forEach((id, entry) -> writer.array(4)
                .uint(id)
                .cid(entry.head())
                .uint(entry.nonce())
                .bytes(entry.balance().toByteArray()));
        return Cid.dagCbor(writer.toByteArray());
    }
}
