package io.adit.simulation;

import io.adit.chain.actor.BatchReturn;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PreCommitSectorBatch2Params;
import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.chain.actor.SectorActivationManifest;
import io.adit.chain.actor.SubmitWindowedPoStParams;
import io.adit.chain.type.Message;
import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.Address;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.StateStore;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** The table of what must always hold (reliability.md's list, as far as this simulation plays what it is about). */
final class Invariants {
    private Invariants() {}

    private record Place(Address from, long nonce) {}

    private static Place place(Message message) {
        return new Place(message.from(), message.nonce());
    }

    private static String words(SignedMessage signed) {
        var message = signed.message();
        return "message " + signed.cid() + " (method " + message.method() + ", nonce " + message.nonce() + ")";
    }

    /**
     * Two different messages of one nonce are one wish at a higher price, by the message pool's replace-by-fee rule (1.25
     * times the premium), or one that takes the wish back.
     */
    static final class OneWishPerNonce implements Invariant {
        private final Breaches breaches;
        private final Map<Place, SignedMessage> newest = new HashMap<>();

        OneWishPerNonce(Breaches breaches) {
            this.breaches = breaches;
        }

        @Override
        public void pushed(SignedMessage signed) {
            var before = newest.get(place(signed.message()));
            if (before == null || premium(signed).compareTo(premium(before)) > 0) {
                newest.put(place(signed.message()), signed);
            }
            if (before != null && !before.cid().equals(signed.cid()) && !isPair(before, signed)) {
                breaches.report(
                        getClass(),
                        words(before) + " and " + words(signed) + " are different wishes, or too near in price");
            }
        }

        private static BigInteger premium(SignedMessage signed) {
            return signed.message().gasPremium().atto();
        }

        /** An older one may come again after the newer one: a node that never had the newer one gets both. */
        private static boolean isPair(SignedMessage one, SignedMessage other) {
            boolean rising = premium(one).compareTo(premium(other)) < 0;
            return isReplacement(rising ? one : other, rising ? other : one);
        }

        private static boolean isReplacement(SignedMessage before, SignedMessage after) {
            var old = before.message();
            var now = after.message();
            var least = old.gasPremium().atto().multiply(BigInteger.valueOf(5)).divide(BigInteger.valueOf(4));
            boolean same = old.to().equals(now.to())
                    && old.method() == now.method()
                    && Arrays.equals(old.params(), now.params())
                    && old.value().equals(now.value());
            boolean takenBack = now.to().equals(now.from()) && now.method() == 0;
            return (same || takenBack) && now.gasPremium().atto().compareTo(least) >= 0;
        }
    }

    /** What leaves the node was on its disk before: a crash after it finds the same bytes. */
    static final class StoredBeforePushed implements Invariant {
        private final Breaches breaches;
        private final StateStore store;

        StoredBeforePushed(Breaches breaches, StateStore store) {
            this.breaches = breaches;
            this.store = store;
        }

        @Override
        public void pushed(SignedMessage signed) {
            if (find(store, signed.cid()).isEmpty()) {
                breaches.report(getClass(), words(signed) + " left the node and is not in its store");
            }
        }
    }

    private static Optional<MessageRecord> find(StateStore store, Cid message) {
        return store.read(tx -> tx.messages().findByCid(message));
    }

    /** What once left the node is known to it ever after. */
    static final class NothingForgotten implements Invariant {
        private final Breaches breaches;
        private final StateStore store;
        private final Map<Cid, String> pushed = new LinkedHashMap<>();

        NothingForgotten(Breaches breaches, StateStore store) {
            this.breaches = breaches;
            this.store = store;
        }

        @Override
        public void pushed(SignedMessage signed) {
            pushed.putIfAbsent(signed.cid(), words(signed));
        }

        @Override
        public void starting() {
            look();
        }

        @Override
        public void over() {
            look();
        }

        private void look() {
            var gone = store.read(tx -> pushed.keySet().stream()
                    .filter(cid -> tx.messages().findByCid(cid).isEmpty())
                    .toList());
            gone.forEach(cid -> breaches.report(getClass(), pushed.get(cid) + " is no longer in the store"));
        }
    }

    /** A proof that leaves the node was found right by it first. */
    static final class VerifiedBeforePushed implements Invariant {
        private final Breaches breaches;
        private final Predicate<byte[]> wasVerified;

        VerifiedBeforePushed(Breaches breaches, Predicate<byte[]> wasVerified) {
            this.breaches = breaches;
            this.wasVerified = wasVerified;
        }

        @Override
        public void pushed(SignedMessage signed) {
            var proofs = new ArrayList<byte[]>();
            var message = signed.message();
            if (message.method() == MinerMethod.SUBMIT_WINDOWED_POST.number()) {
                SubmitWindowedPoStParams.fromCbor(message.params())
                        .proofs()
                        .forEach(proof -> proofs.add(proof.proof()));
            } else if (message.method() == MinerMethod.PROVE_COMMIT_SECTORS3.number()) {
                proofs.addAll(
                        ProveCommitSectors3Params.fromCbor(message.params()).sectorProofs());
            }
            if (!proofs.stream().allMatch(wasVerified)) {
                breaches.report(getClass(), words(signed) + " carries a proof that was not verified");
            }
        }
    }

    /** No message may cost more than was allowed to its wish, or to one that waits behind it. */
    static final class WithinFeeLimit implements Invariant {
        private final Breaches breaches;
        private final StateStore store;
        private final TokenAmount highest;

        /**
         * Of a store's wishes.
         *
         * @param highest what none may cost, whatever its wish allows
         */
        WithinFeeLimit(Breaches breaches, StateStore store, TokenAmount highest) {
            this.breaches = breaches;
            this.store = store;
            this.highest = highest;
        }

        @Override
        public void pushed(SignedMessage signed) {
            var message = signed.message();
            var cost = message.gasFeeCap().times(message.gasLimit());
            var allowed = allowed(message);
            if (cost.compareTo(allowed) > 0 || cost.compareTo(highest) > 0) {
                breaches.report(getClass(), words(signed) + " may cost " + cost + ", allowed are " + allowed);
            }
        }

        private TokenAmount allowed(Message message) {
            return store.read(tx -> tx.messages().listFromNonce(message.from(), message.nonce()).stream()
                    .map(MessageRecord::maxFee)
                    .reduce(TokenAmount.ZERO, TokenAmount::max));
        }
    }

    /** A wish is executed once on the chain as it stands, whatever was signed for it and however often it was lost. */
    static final class OneExecutionPerWish implements Invariant {
        private final Breaches breaches;
        private final StateStore store;
        private final Map<Cid, String> keys = new HashMap<>();
        private final Map<String, Integer> executions = new HashMap<>();

        OneExecutionPerWish(Breaches breaches, StateStore store) {
            this.breaches = breaches;
            this.store = store;
        }

        @Override
        public void pushed(SignedMessage signed) {
            if (!keys.containsKey(signed.cid())) {
                find(store, signed.cid()).ifPresent(record -> keys.put(signed.cid(), record.intentKey()));
            }
        }

        @Override
        public void executed(SignedMessage signed, MessageReceipt receipt) {
            var key = keys.get(signed.cid());
            if (key != null && executions.merge(key, 1, Integer::sum) > 1) {
                breaches.report(getClass(), words(signed) + " is the second that was executed for " + key);
            }
        }

        @Override
        public void undone(SignedMessage signed, MessageReceipt receipt) {
            var key = keys.get(signed.cid());
            if (key != null) {
                executions.merge(key, -1, Integer::sum);
            }
        }
    }

    /**
     * One pre-commit and one proof are executed for a sector, what was pre-committed never changes, and no message names a
     * sector again for which the chain has what the message brings.
     */
    static final class SealedOnce implements Invariant {
        private final Breaches breaches;
        private final Coverage coverage;
        private final Map<SectorNumber, Cid> replicas = new TreeMap<>();
        private final Map<SectorNumber, Integer> preCommits = new TreeMap<>();
        private final Map<SectorNumber, Integer> commits = new TreeMap<>();

        SealedOnce(Breaches breaches, Coverage coverage) {
            this.breaches = breaches;
            this.coverage = coverage;
        }

        @Override
        public void pushed(SignedMessage signed) {
            if (signed.message().method() == MinerMethod.PRE_COMMIT_SECTOR_BATCH2.number()) {
                PreCommitSectorBatch2Params.fromCbor(signed.message().params())
                        .sectors()
                        .forEach(sector -> {
                            var before = replicas.putIfAbsent(sector.sectorNumber(), sector.sealedCid());
                            if (before != null && !before.equals(sector.sealedCid())) {
                                breaches.report(
                                        getClass(),
                                        "sector " + sector.sectorNumber().value() + " is pre-committed as " + before
                                                + " and as " + sector.sealedCid());
                            }
                        });
            }
        }

        @Override
        public void executed(SignedMessage signed, MessageReceipt receipt) {
            count(signed, receipt, 1);
        }

        @Override
        public void undone(SignedMessage signed, MessageReceipt receipt) {
            count(signed, receipt, -1);
        }

        private void count(SignedMessage signed, MessageReceipt receipt, int by) {
            var message = signed.message();
            if (message.method() == MinerMethod.PRE_COMMIT_SECTOR_BATCH2.number()) {
                var sectors =
                        PreCommitSectorBatch2Params.fromCbor(message.params()).sectors();
                if (sectors.size() > 1) {
                    coverage.saw("pre-commits of several sectors in one message");
                }
                sectors.forEach(
                        sector -> count(preCommits, sector.sectorNumber(), receipt.isSuccess(), by, "pre-commit"));
            } else if (message.method() == MinerMethod.PROVE_COMMIT_SECTORS3.number()) {
                countProven(ProveCommitSectors3Params.fromCbor(message.params()).sectorActivations(), receipt, by);
            }
        }

        /** Of several sectors the chain may have taken some. */
        private void countProven(List<SectorActivationManifest> sectors, MessageReceipt receipt, int by) {
            if (sectors.size() > 1) {
                coverage.saw("proofs of several sectors in one message");
            }
            byte[] verdicts = receipt.returnValue();
            var codes = verdicts.length == 0
                    ? Collections.nCopies(sectors.size(), receipt.exitCode())
                    : BatchReturn.fromCbor(verdicts).exitCodes();
            for (int i = 0; i < sectors.size(); i++) {
                count(commits, sectors.get(i).sectorNumber(), codes.get(i) == 0, by, "proof");
            }
        }

        private void count(Map<SectorNumber, Integer> counts, SectorNumber sector, boolean taken, int by, String what) {
            if (!taken) {
                if (by > 0 && counts.getOrDefault(sector, 0) > 0) {
                    breaches.report(
                            getClass(),
                            "sector " + sector.value() + " was named once more, in vain, after its " + what);
                }
            } else if (counts.merge(sector, by, Integer::sum) > 1) {
                breaches.report(getClass(), "sector " + sector.value() + " has a second " + what + " on the chain");
            }
        }
    }

    /** Nobody's balance falls below zero. */
    static final class NoDebt implements Invariant {
        private final Breaches breaches;
        private final Supplier<Map<String, TokenAmount>> balances;

        NoDebt(Breaches breaches, Supplier<Map<String, TokenAmount>> balances) {
            this.breaches = breaches;
            this.balances = balances;
        }

        @Override
        public void headMoved() {
            balances.get().forEach((whose, balance) -> {
                if (balance.isNegative()) {
                    breaches.report(getClass(), "the " + whose + " has " + balance);
                }
            });
        }
    }

    /** The strands of the node stay few, whatever fails. */
    static final class FewStrands implements Invariant {
        static final int MOST = 200;

        private final Breaches breaches;
        private final Supplier<Integer> living;

        FewStrands(Breaches breaches, Supplier<Integer> living) {
            this.breaches = breaches;
            this.living = living;
        }

        @Override
        public void turnTaken() {
            if (living.get() > MOST) {
                breaches.report(getClass(), "the node has more than " + MOST + " strands");
            }
        }
    }

    /** What was sent is executed in the end: no message blocks its sender for good. Judged when the end was quiet. */
    static final class NothingStuck implements Invariant {
        /** Epochs in which a message is executed that nothing holds up: what was sent later may be on its way. */
        static final long ON_ITS_WAY = 10;

        private record Sent(long nonce, long epoch) {}

        private final Breaches breaches;
        private final BooleanSupplier quiet;
        private final LongSupplier now;
        private final ToLongFunction<Address> nextOnChain;
        private final Map<Address, TreeMap<Long, Sent>> sent = new LinkedHashMap<>();

        NothingStuck(Breaches breaches, BooleanSupplier quiet, LongSupplier now, ToLongFunction<Address> nextOnChain) {
            this.breaches = breaches;
            this.quiet = quiet;
            this.now = now;
            this.nextOnChain = nextOnChain;
        }

        @Override
        public void pushed(SignedMessage signed) {
            var message = signed.message();
            sent.computeIfAbsent(message.from(), sender -> new TreeMap<>())
                    .putIfAbsent(message.nonce(), new Sent(message.nonce(), now.getAsLong()));
        }

        @Override
        public void over() {
            if (quiet.getAsBoolean()) {
                sent.forEach(this::judge);
            }
        }

        private void judge(Address sender, NavigableMap<Long, Sent> messages) {
            long next = nextOnChain.applyAsLong(sender);
            var stuck = Optional.ofNullable(messages.ceilingEntry(next)).map(Map.Entry::getValue);
            stuck.filter(message -> message.epoch() + ON_ITS_WAY < now.getAsLong())
                    .ifPresent(message -> breaches.report(
                            getClass(),
                            "nonce " + message.nonce() + " of " + sender + " is not executed, it was sent at epoch "
                                    + message.epoch()));
        }
    }
}
