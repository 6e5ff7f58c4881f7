package io.adit.devnet.actor;

import io.adit.chain.actor.MultisigTransaction;
import io.adit.core.fil.Address;
import io.adit.core.ipld.CborWriter;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The state of a multisig: who signs, how many must, what waits for them, and how much is locked until when. */
public final class MultisigState implements ActorState {
    private final List<Long> signers;
    private long threshold;
    private final Lock lock;
    private final SortedMap<Long, MultisigTransaction> pending;
    private long nextTransaction;

    /**
     * What becomes free over time.
     *
     * @param initial attoFIL locked at the start
     * @param duration epochs; 0 for nothing locked
     */
    public record Lock(BigInteger initial, long start, long duration) {

        /** Rounded up, as the actor does. */
        BigInteger locked(long epoch) {
            long elapsed = epoch - start;
            if (elapsed >= duration) {
                return BigInteger.ZERO;
            }
            if (elapsed <= 0) {
                return initial;
            }
            var length = BigInteger.valueOf(duration);
            return initial.multiply(BigInteger.valueOf(duration - elapsed))
                    .add(length)
                    .subtract(BigInteger.ONE)
                    .divide(length);
        }
    }

    MultisigState(List<Long> signers, long threshold, Lock lock) {
        this(signers, threshold, lock, new TreeMap<>(), 0);
    }

    private MultisigState(
            List<Long> signers,
            long threshold,
            Lock lock,
            SortedMap<Long, MultisigTransaction> pending,
            long nextTransaction) {
        this.signers = new ArrayList<>(signers);
        this.threshold = threshold;
        this.lock = lock;
        this.pending = new TreeMap<>(pending);
        this.nextTransaction = nextTransaction;
    }

    boolean isSigner(long actor) {
        return signers.contains(actor);
    }

    /** How many must approve. */
    public long threshold() {
        return threshold;
    }

    void threshold(long approvals) {
        threshold = approvals;
    }

    /** In the order in which they came. */
    public List<Long> signers() {
        return List.copyOf(signers);
    }

    void add(long signer) {
        signers.add(signer);
    }

    /** What only this signer has approved is no proposal any more. */
    void dismiss(long signer) {
        signers.remove(Long.valueOf(signer));
        var gone = Address.ofId(signer);
        for (MultisigTransaction one : pending()) {
            if (one.approved().contains(gone)) {
                var others =
                        one.approved().stream().filter(by -> !by.equals(gone)).toList();
                if (others.isEmpty()) {
                    remove(one.id());
                } else {
                    put(one.approvedBy(others));
                }
            }
        }
    }

    /** What becomes free over time. */
    public Lock lock() {
        return lock;
    }

    /** The number of the next proposal. */
    public long next() {
        return nextTransaction;
    }

    long allocate() {
        return nextTransaction++;
    }

    Optional<MultisigTransaction> find(long transaction) {
        return Optional.ofNullable(pending.get(transaction));
    }

    void put(MultisigTransaction transaction) {
        pending.put(transaction.id(), transaction);
    }

    void remove(long transaction) {
        pending.remove(transaction);
    }

    /** What lacks approvals, the oldest first. */
    public List<MultisigTransaction> pending() {
        return new ArrayList<>(pending.values());
    }

    @Override
    public MultisigState copy() {
        return new MultisigState(signers, threshold, lock, pending, nextTransaction);
    }

    @Override
    public void encode(CborWriter writer) {
        writer.array(7);
        writer.array(signers.size());
        signers.forEach(writer::uint);
        writer.uint(threshold).uint(nextTransaction);
        writer.bytes(lock.initial().toByteArray()).integer(lock.start()).integer(lock.duration());
        writer.array(pending.size());
        pending.values().forEach(transaction -> {
            writer.array(3).uint(transaction.id()).bytes(transaction.proposalHash());
            writer.array(transaction.approved().size());
            transaction.approved().forEach(by -> writer.bytes(by.bytes()));
        });
    }
}
