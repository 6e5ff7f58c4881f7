package io.adit.devnet.actor;

import io.adit.chain.actor.MultisigTransaction;
import io.adit.chain.type.Message;
import io.adit.chain.type.MessageReceipt;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import java.math.BigInteger;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs messages and the end of an epoch on a state tree. Not a virtual machine: a dispatcher with money and gas. */
public final class Vm {
    private static final Logger LOG = LoggerFactory.getLogger(Vm.class);
    private static final long FIRST_EXPORTED_METHOD = 1L << 24;
    private static final long SEND_GAS = 400_000;

    private final ExecutionContext chain;
    private final StateTree tree;

    public Vm(ExecutionContext chain, StateTree tree) {
        this.chain = chain;
        this.tree = tree;
    }

    /** Where the gas money of a message went, attoFIL. */
    public record GasBill(
            BigInteger baseFeeBurn,
            BigInteger overEstimationBurn,
            BigInteger minerTip,
            BigInteger refund,
            BigInteger totalCost) {
        static final GasBill NONE =
                new GasBill(BigInteger.ZERO, BigInteger.ZERO, BigInteger.ZERO, BigInteger.ZERO, BigInteger.ZERO);
    }

    /**
     * What running a message gave.
     *
     * @param error the abort's text in the form of the real VM's backtrace; empty for success
     */
    public record Applied(MessageReceipt receipt, String error, GasBill bill) {}

    /** Runs a message that pays for its gas, as it stands in a block. {@code length} is its size on chain. */
    public Applied apply(Message message, int length) {
        var sender = tree.resolve(message.from()).flatMap(tree::find);
        if (sender.isEmpty() || sender.get().type() != ActorType.ACCOUNT) {
            return refused(ActorAbort.SYS_SENDER_INVALID, "sender " + message.from() + " is not an account");
        }
        long from = tree.resolve(message.from()).orElseThrow();
        var hold = message.gasFeeCap().atto().multiply(BigInteger.valueOf(message.gasLimit()));
        if (sender.get().nonce() != message.nonce() || sender.get().balance().compareTo(hold) < 0) {
            return refused(ActorAbort.SYS_SENDER_STATE_INVALID, "wrong nonce or too little balance for gas");
        }
        tree.incrementNonce(from);
        tree.transfer(from, StateTree.REWARD, hold);
        var gas = new GasMeter(message.gasLimit());
        var outcome = run(message, from, gas, length);
        var bill = settle(from, message, gas.used(), hold);
        return new Applied(outcome.receipt(), outcome.error(), bill);
    }

    /** Runs a message for its result: no nonce check, no gas money. Writes to the tree all the same. */
    public Applied call(Message message, long gasLimit, int length) {
        long from = tree.resolve(message.from()).orElseThrow();
        return run(message, from, new GasMeter(gasLimit), length);
    }

    private static Applied refused(long code, String why) {
        return new Applied(new MessageReceipt(code, new byte[0], 0, Optional.empty()), why, GasBill.NONE);
    }

    private Applied run(Message message, long from, GasMeter gas, int length) {
        var saved = tree.checkpoint();
        try {
            gas.charge(GasMeter.inclusionCost(length));
            var returned = guarded(message, from, gas);
            tree.commit(saved);
            return new Applied(new MessageReceipt(0, returned, gas.used(), Optional.empty()), "", GasBill.NONE);
        } catch (ActorAbort abort) {
            tree.rollback(saved);
            var text = "message failed with backtrace:\n00: " + message.to() + " (method " + message.method() + ") -- "
                    + abort.getMessage() + " (" + abort.exitCode() + ")\n (RetCode=" + abort.exitCode() + ")";
            return new Applied(
                    new MessageReceipt(abort.exitCode(), new byte[0], gas.used(), Optional.empty()),
                    text,
                    GasBill.NONE);
        }
    }

    /** The actor's work. What an actor did not foresee ends the message as a panic of the real one would, not the chain. */
    private byte[] guarded(Message message, long from, GasMeter gas) {
        try {
            return execute(message, from, gas);
        } catch (ActorAbort abort) {
            throw abort;
        } catch (RuntimeException unforeseen) {
            LOG.error("message {} to {} (method {})", message.cid(), message.to(), message.method(), unforeseen);
            throw new ActorAbort(ActorAbort.ASSERTION_FAILED, "the actor ended unforeseen: " + unforeseen);
        }
    }

    private byte[] execute(Message message, long from, GasMeter gas) {
        gas.charge(SEND_GAS);
        var value = message.value().atto();
        if (value.signum() < 0) {
            throw new ActorAbort(
                    ActorAbort.SYS_ASSERTION_FAILED, "attempted to transfer negative transfer value " + value);
        }
        long to = receiver(message.to());
        tree.transfer(from, to, value);
        if (message.method() == 0) {
            return new byte[0];
        }
        return dispatch(
                new Invocation(chain, tree, from, message.nonce(), from, to, value, gas),
                message.method(),
                message.params());
    }

    /** A message of the called actor's own, whose failure leaves no trace but its exit code. */
    private byte[] send(Invocation in, MultisigTransaction message) {
        return in.isolated(() -> {
            in.gas().charge(SEND_GAS);
            long to = receiver(message.to());
            var value = message.value().atto();
            tree.transfer(in.receiver(), to, value);
            if (message.method() == 0) {
                return new byte[0];
            }
            var call = new Invocation(chain, tree, in.origin(), in.nonce(), in.receiver(), to, value, in.gas());
            return dispatch(call, message.method(), message.params());
        });
    }

    private long receiver(Address to) {
        var known = tree.resolve(to).filter(id -> tree.find(id).isPresent());
        if (known.isPresent()) {
            return known.get();
        }
        if (to.isKey()) {
            return tree.createAccount(to);
        }
        throw new ActorAbort(ActorAbort.SYS_INVALID_RECEIVER, "actor does not exist: " + to);
    }

    private byte[] dispatch(Invocation in, long method, byte[] params) {
        return switch (tree.get(in.receiver()).type()) {
            case MINER -> MinerActor.invoke(in, method, params);
            case MARKET -> MarketActor.invoke(in, method, params);
            case POWER -> PowerActor.invoke(in, method, params);
            case ACCOUNT -> account(method);
            case INIT -> InitActor.invoke(in, method, params);
            case MULTISIG -> MultisigActor.invoke(in, method, params, this::send);
            default -> throw ActorAbort.unhandled(method);
        };
    }

    private static byte[] account(long method) {
        if (method >= FIRST_EXPORTED_METHOD) {
            return new byte[0];
        }
        throw ActorAbort.unhandled(method);
    }

    /** Burns the base fee and the over-estimation, keeps the tip with the reward actor, gives the rest back. */
    private GasBill settle(long from, Message message, long used, BigInteger hold) {
        var baseFee = chain.baseFee();
        var feeCap = message.gasFeeCap().atto();
        var burnRate = baseFee.min(feeCap);
        var premium = message.gasPremium().atto().min(feeCap.subtract(burnRate)).max(BigInteger.ZERO);
        long overBurnt = overEstimation(used, message.gasLimit());
        var baseFeeBurn = burnRate.multiply(BigInteger.valueOf(used));
        var overBurn = burnRate.multiply(BigInteger.valueOf(overBurnt));
        var tip = premium.multiply(BigInteger.valueOf(message.gasLimit()));
        var refund = hold.subtract(baseFeeBurn).subtract(overBurn).subtract(tip);
        tree.transfer(StateTree.REWARD, StateTree.BURNT_FUNDS, baseFeeBurn.add(overBurn));
        tree.transfer(StateTree.REWARD, from, refund);
        return new GasBill(baseFeeBurn, overBurn, tip, refund, hold.subtract(refund));
    }

    /** Gas burnt because the limit was far above the use (Filecoin spec, "Gas", over-estimation). */
    private static long overEstimation(long used, long limit) {
        if (used == 0) {
            return limit;
        }
        long over = Math.min(limit - used * 11 / 10, used);
        if (over <= 0) {
            return 0;
        }
        return new BigInteger(Long.toString(limit - used))
                .multiply(BigInteger.valueOf(over))
                .divide(BigInteger.valueOf(used))
                .longValueExact();
    }

    /** Pays a block's producer; a provider's reward vests and pays its debt first. */
    public void award(long producer, long wins, TokenAmount tips) {
        var reward = RewardActor.award(systemCall(StateTree.REWARD), producer, wins, tips.atto());
        if (!Genesis.isProducer(producer)) {
            MinerFunds.applyReward(systemCall(producer), reward);
        }
    }

    /** Runs the end of one epoch: miners' deadlines and late deals. */
    public void cron() {
        for (long miner : tree.all(ActorType.MINER)) {
            MinerCron.tick(systemCall(miner));
        }
        MarketSettlement.tick(systemCall(StateTree.MARKET));
    }

    private Invocation systemCall(long receiver) {
        return new Invocation(
                chain,
                tree,
                StateTree.SYSTEM,
                0,
                StateTree.SYSTEM,
                receiver,
                BigInteger.ZERO,
                new GasMeter(Long.MAX_VALUE));
    }
}
