package io.adit.devnet.actor;

import io.adit.core.fil.Address;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import java.math.BigInteger;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One row of the state tree: code, state, nonce and money of an actor. */
public final class ActorEntry {
    private final ActorType type;
    private final ActorState state;
    private final long nonce;
    private final BigInteger balance;
    private final Optional<Address> robust;
    /** Known once asked for; nobody asks while the state may still change. */
    private volatile @Nullable Cid head;

    /**
     * A row.
     *
     * @param type which code runs
     * @param state the actor's state
     * @param nonce messages the account has sent
     * @param balance attoFIL
     * @param robust the account's key address, or the address an actor was created under
     */
    public ActorEntry(ActorType type, ActorState state, long nonce, BigInteger balance, Optional<Address> robust) {
        this.type = type;
        this.state = state;
        this.nonce = nonce;
        this.balance = balance;
        this.robust = robust;
    }

    public ActorType type() {
        return type;
    }

    public ActorState state() {
        return state;
    }

    public long nonce() {
        return nonce;
    }

    public BigInteger balance() {
        return balance;
    }

    public Optional<Address> robust() {
        return robust;
    }

    ActorEntry withState(ActorState next) {
        return new ActorEntry(type, next, nonce, balance, robust);
    }

    ActorEntry withBalance(BigInteger next) {
        return new ActorEntry(type, state, nonce, next, robust);
    }

    ActorEntry withNonce(long next) {
        return new ActorEntry(type, state, next, balance, robust);
    }

    /** CID of the state in the devnet's own encoding. */
    public Cid head() {
        var known = head;
        if (known == null) {
            var writer = new CborWriter();
            state.encode(writer);
            known = Cid.dagCbor(writer.toByteArray());
            head = known;
        }
        return known;
    }
}
