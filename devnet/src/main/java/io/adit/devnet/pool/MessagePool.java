package io.adit.devnet.pool;

import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.Address;
import io.adit.core.ipld.Cid;
import io.adit.devnet.actor.ActorEntry;
import io.adit.devnet.actor.StateTree;
import io.adit.devnet.chain.Link;
import io.adit.devnet.policy.ProtocolLimits;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Pending messages by sender and nonce. As in Lotus, a local push is taken with a nonce gap and without the money for it; such
 * a message waits. Not safe for use by several threads; its owner serialises.
 */
public final class MessagePool {
    /** Most messages of one sender; Lotus allows as many to local senders. */
    private static final int MAX_PER_SENDER = 1_000;

    /** Lotus {@code ReplaceByFeePercentageMinimum}; 125, its default, is what its own client raises by. */
    private static final int REPLACE_PERCENT = 110;

    private static final int HUNDRED = 100;
    private static final String IN_POOL = " already in mpool";

    private final MessageRules rules = new MessageRules();
    private final Map<Address, TreeMap<Long, SignedMessage>> pending = new HashMap<>();

    /** Takes a message or says why not, in Lotus's words. {@code state} is the one after the head's own messages. */
    public Cid push(SignedMessage signed, StateTree state) {
        rules.check(signed);
        var message = signed.message();
        long next = stateNonce(message.from(), state);
        if (message.nonce() < next) {
            throw new MessageRefusedException(
                    "minimum expected nonce is " + next + ", got " + message.nonce() + ": message nonce too low");
        }
        var own = pending.computeIfAbsent(message.from(), sender -> new TreeMap<>());
        var present = own.get(message.nonce());
        if (present != null) {
            checkReplacement(present, signed);
        } else if (own.size() >= MAX_PER_SENDER) {
            throw new MessageRefusedException(
                    "adding message to mpool failed: too many pending messages for actor " + message.from());
        }
        own.put(message.nonce(), signed);
        return signed.cid();
    }

    private static void checkReplacement(SignedMessage present, SignedMessage next) {
        var message = next.message();
        var where = "failed to add locked: message from " + message.from() + " with nonce " + message.nonce() + IN_POOL;
        if (present.cid().equals(next.cid())) {
            throw new MessageRefusedException(where + ": message with nonce already exists");
        }
        var minimum = present.message()
                .gasPremium()
                .atto()
                .multiply(BigInteger.valueOf(REPLACE_PERCENT))
                .divide(BigInteger.valueOf(HUNDRED))
                .add(BigInteger.ONE);
        if (message.gasPremium().atto().compareTo(minimum) < 0) {
            throw new MessageRefusedException(where + ", increase GasPremium to " + minimum + " from "
                    + message.gasPremium().atto()
                    + " to trigger replace by fee: replace by fee has too low GasPremium");
        }
    }

    private static long stateNonce(Address sender, StateTree state) {
        return state.resolve(sender).flatMap(state::find).map(ActorEntry::nonce).orElse(0L);
    }

    /** The nonce that continues a sender's messages without a gap. */
    public long nextNonce(Address sender, StateTree state) {
        long next = stateNonce(sender, state);
        var own = pending.get(sender);
        while (own != null && own.containsKey(next)) {
            next++;
        }
        return next;
    }

    /** All pending messages, by sender and nonce. */
    public List<SignedMessage> pending() {
        return pending.values().stream().flatMap(own -> own.values().stream()).toList();
    }

    public Optional<SignedMessage> find(Address sender, long nonce) {
        return Optional.ofNullable(pending.getOrDefault(sender, new TreeMap<>()).get(nonce));
    }

    /**
     * Chooses messages for a block on top of that state: each sender's in order of nonce, as far as money and gas reach.
     *
     * @param leastPremium what the block's producer must be left with of each gas unit
     */
    public List<SignedMessage> select(StateTree state, BigInteger baseFee, BigInteger leastPremium) {
        var chosen = new ArrayList<SignedMessage>();
        long gas = 0;
        for (var own : pending.values()) {
            var first = own.firstEntry();
            if (first == null) {
                continue;
            }
            var from = first.getValue().message().from();
            var sender = state.resolve(from).flatMap(state::find);
            if (sender.isEmpty()) {
                continue;
            }
            long nonce = sender.get().nonce();
            var balance = sender.get().balance();
            while (own.containsKey(nonce)) {
                var message = own.get(nonce).message();
                var cost = cost(message);
                boolean fits = gas + message.gasLimit() <= ProtocolLimits.BLOCK_GAS_LIMIT;
                if (!fits
                        || balance.compareTo(cost) < 0
                        || premium(message, baseFee).compareTo(leastPremium) < 0) {
                    break;
                }
                chosen.add(own.get(nonce));
                gas += message.gasLimit();
                balance = balance.subtract(cost);
                nonce++;
            }
        }
        return chosen;
    }

    /** What is left for the producer; below zero where not even the base fee is paid. */
    private static BigInteger premium(Message message, BigInteger baseFee) {
        return message.gasPremium().atto().min(message.gasFeeCap().atto().subtract(baseFee));
    }

    private static BigInteger cost(Message message) {
        return message.gasFeeCap()
                .atto()
                .multiply(BigInteger.valueOf(message.gasLimit()))
                .add(message.value().atto());
    }

    /** Forgets what a new block carries and what its state has made impossible. */
    public void included(Link link) {
        for (var message : link.messages()) {
            drop(message.message());
        }
        for (var own : pending.values()) {
            if (!own.isEmpty()) {
                var from = own.firstEntry().getValue().message().from();
                own.headMap(stateNonce(from, link.after()), false).clear();
            }
        }
        pending.values().removeIf(TreeMap::isEmpty);
    }

    private void drop(Message message) {
        var own = pending.get(message.from());
        if (own != null) {
            own.remove(message.nonce());
        }
    }

    /** Takes back the messages of a block that is no longer on the chain. */
    public void reverted(Link link) {
        for (var signed : link.messages()) {
            pending.computeIfAbsent(signed.message().from(), sender -> new TreeMap<>())
                    .putIfAbsent(signed.message().nonce(), signed);
        }
    }
}
