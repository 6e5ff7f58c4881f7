package io.adit.chain.node;

import io.adit.chain.type.Message;
import io.adit.chain.type.MessageReceipt;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Optional;

/**
 * What running a message gave, without putting it on chain (Lotus {@code api.InvocResult}).
 *
 * @param messageCid of the message as it was run
 * @param message as it was run: the node fills in nonce and gas limit
 * @param gasCost zero for a call, what was paid for a replay
 * @param error the VM's words when the exit code is not 0, empty otherwise; only for people to read
 * @param duration how long the node took
 */
public record InvocationResult(
        Cid messageCid,
        Message message,
        MessageReceipt receipt,
        GasCost gasCost,
        ExecutionTrace executionTrace,
        String error,
        Duration duration) {

    /** How gas was paid, attoFIL except {@code gasUsed} (Lotus {@code api.MsgGasCost}). */
    public record GasCost(
            Optional<Cid> message,
            BigInteger gasUsed,
            TokenAmount baseFeeBurn,
            TokenAmount overEstimationBurn,
            TokenAmount minerPenalty,
            TokenAmount minerTip,
            TokenAmount refund,
            TokenAmount totalCost) {}
}
