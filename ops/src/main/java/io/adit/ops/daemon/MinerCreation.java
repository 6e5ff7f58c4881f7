package io.adit.ops.daemon;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.CreateMinerReturn;
import io.adit.chain.actor.PowerMethod;
import io.adit.chain.message.MessageIntent;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.message.MessagePriority;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.MessageLookup;
import io.adit.chain.type.ActorKind;
import io.adit.chain.type.ExitCode;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.MessageState;
import io.adit.ops.OpsError;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Makes a miner actor, once, through crashes. A CreateMiner that was signed may be executed at any time, so it is waited for
 * and never repeated, whatever the deposit has become since; only one that failed for good is followed by another, under a
 * number of its own.
 */
final class MinerCreation {
    private static final String KEY = "init/create-miner";
    private static final Duration PAUSE = Duration.ofMillis(200);

    /**
     * How long to wait, and for what.
     *
     * @param funds until the worker's address holds enough
     * @param chain until the message is executed
     * @param confidence epochs that must lie on it then
     * @param maxFee most that the message may cost in gas
     */
    record Patience(Duration funds, Duration chain, int confidence, TokenAmount maxFee) {}

    private final FullNode chain;
    private final MessageOutbox outbox;
    private final Patience patience;
    private final Consumer<String> say;

    MinerCreation(FullNode chain, MessageOutbox outbox, Patience patience, Consumer<String> say) {
        this.chain = chain;
        this.outbox = outbox;
        this.patience = patience;
        this.say = say;
    }

    /**
     * The miner's ID address.
     *
     * @param worker who pays; a key address
     * @param params of CreateMiner; not used when an earlier run's message is under way or done
     * @throws AditException {@link OpsError#LOW_FUNDS}, {@link OpsError#CHAIN_REFUSED}, {@link OpsError#CHAIN_SLOW}
     */
    Address make(Address worker, byte[] params) {
        try {
            var key = currentKey();
            if (isSigned(key)) {
                say.accept("going on with the CreateMiner that an earlier run sent");
                outbox.resume(key);
            } else {
                outbox.send(intent(key, worker, awaitFunds(worker), params));
            }
            say.accept("waiting for the chain to make the miner");
            var executed = outbox.await(key, patience.confidence(), patience.chain())
                    .orElseThrow(() -> new AditException(
                            OpsError.CHAIN_SLOW,
                            "making a miner: CreateMiner (" + key + ") was not executed within " + patience.chain()
                                    + ". Run the same command again: it goes on waiting for this message"));
            return CreateMinerReturn.fromCbor(successOf(key, executed)).idAddress();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AditException(OpsError.CHAIN_SLOW, "interrupted while making a miner; run init again", e);
        }
    }

    /** The first attempt that has not failed for good. */
    private String currentKey() {
        var key = KEY;
        for (int number = 2; record(key).isPresent() && record(key).get().state() == MessageState.FAILED; number++) {
            key = KEY + "/" + number;
        }
        return key;
    }

    private boolean isSigned(String key) {
        return record(key).flatMap(MessageRecord::cid).isPresent();
    }

    private Optional<MessageRecord> record(String key) {
        return outbox.record(key);
    }

    private MessageIntent intent(String key, Address worker, TokenAmount value, byte[] params) {
        return new MessageIntent(
                key,
                worker,
                Actor.POWER,
                value,
                PowerMethod.CREATE_MINER.number(),
                params,
                patience.maxFee(),
                MessagePriority.BACKGROUND);
    }

    private static byte[] successOf(String key, MessageLookup executed) {
        var receipt = executed.receipt();
        if (!receipt.isSuccess()) {
            throw new AditException(
                    OpsError.CHAIN_REFUSED,
                    "making a miner: the chain refused " + key + ": "
                            + ExitCode.explain(receipt.exitCode(), ActorKind.POWER)
                            + ". Its deposit is back; run init again to try once more");
        }
        return receipt.returnValue();
    }

    /** Waits until the worker can pay; answers what CreateMiner carries: the deposit of now and a tenth for its growth. */
    private TokenAmount awaitFunds(Address worker) throws InterruptedException {
        long end = System.nanoTime() + patience.funds().toNanos();
        boolean told = false;
        while (true) {
            var deposit = chain.stateMinerCreationDeposit(TipSetKey.EMPTY);
            var value = deposit.plus(deposit.dividedBy(10));
            var needed = value.plus(patience.maxFee());
            if (!told) {
                say.accept("fund " + worker.toString(FullNodes.networkOf(chain)) + " with at least " + needed);
                told = true;
            }
            var balance = chain.walletBalance(worker);
            if (balance.compareTo(needed) >= 0) {
                return value;
            }
            if (System.nanoTime() - end >= 0) {
                throw new AditException(
                        OpsError.LOW_FUNDS,
                        "making a miner: " + worker.toString(FullNodes.networkOf(chain)) + " holds " + balance
                                + " and needs " + needed
                                + " (deposit, FIP-0077, and fees). Send it money and run init again");
            }
            Thread.sleep(PAUSE);
        }
    }
}
