package io.adit.ops.actor;

import io.adit.chain.node.FullNode;
import io.adit.chain.node.MessageSendSpec;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.ExitCode;
import io.adit.chain.type.Message;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A change as the chain would take it now: run by the full node on its present state ({@code StateCall}) and priced by it ({@code
 * GasEstimateMessageGas}).
 *
 * @param message with gas, where the node could price it; else without
 * @param exitCode what the receipt would say
 * @param error the actor's words for an exit code other than 0, or empty
 * @param gasUsed gas units
 * @param likelyCost attoFIL of gas at the present base fee
 * @param mostCost attoFIL that gas can cost at the fee cap
 * @param funds what the signer holds, attoFIL
 * @param signerKey the key that must sign; empty when the signer is no account, as a multisig
 * @param differences what would change; none when it fails
 * @param obstacles why it cannot be sent as it is
 */
public record Rehearsal(
        ActorChange change,
        Message message,
        long exitCode,
        String error,
        byte[] returned,
        long gasUsed,
        TokenAmount likelyCost,
        TokenAmount mostCost,
        TokenAmount funds,
        Optional<Address> signerKey,
        List<Difference> differences,
        List<String> obstacles) {

    public Rehearsal {
        returned = returned.clone();
        differences = List.copyOf(differences);
        obstacles = List.copyOf(obstacles);
    }

    @Override
    public byte[] returned() {
        return returned.clone();
    }

    /** Whether it may be sent. */
    public boolean wouldSucceed() {
        return exitCode == 0 && obstacles.isEmpty();
    }

    /** The exit code with its meaning. */
    public String verdict() {
        return exitCode == 0
                ? "exit code 0"
                : "exit code " + ExitCode.explain(exitCode, change.kind())
                        + (error.isBlank() ? "" : " (" + error + ")");
    }

    /**
     * Runs and prices a change.
     *
     * @param maxFee most that gas may cost
     * @throws RpcException when the node cannot be asked
     */
    public static Rehearsal of(FullNode node, ActorChange change, TokenAmount maxFee) {
        var key = accountKey(node, change.signer());
        var from = key.orElse(change.signer());
        var funds = node.walletBalance(from);
        var unpriced = change.message(from);
        if (node.stateGetActor(from, TipSetKey.EMPTY).isEmpty()) {
            var why = "the chain does not know " + from + " yet: send it some FIL first";
            return new Rehearsal(
                    change,
                    unpriced,
                    ExitCode.SYS_SENDER_INVALID.code(),
                    why,
                    new byte[0],
                    0,
                    TokenAmount.ZERO,
                    TokenAmount.ZERO,
                    funds,
                    key,
                    List.of(),
                    List.of(why));
        }
        var call = node.stateCall(unpriced, TipSetKey.EMPTY);
        var receipt = call.receipt();
        var obstacles = new ArrayList<String>();
        if (key.isEmpty()) {
            obstacles.add("the signer " + from
                    + " is no account but a contract or a multisig: propose the message there, with"
                    + " --propose-as and one of the multisig's signers");
        }
        var priced = unpriced;
        if (receipt.isSuccess() && key.isPresent()) {
            try {
                priced = node.gasEstimateMessageGas(unpriced, MessageSendSpec.maxFee(maxFee));
                if (funds.compareTo(priced.requiredFunds()) < 0) {
                    obstacles.add("the signer holds " + funds + " and needs up to " + priced.requiredFunds());
                }
            } catch (RpcException e) {
                if (e.code() != RpcErrorCode.EXECUTION_REVERTED && e.code() != RpcErrorCode.CALL_FAILED) {
                    throw e;
                }
                obstacles.add("after the signer's messages that wait in the pool it fails: " + e.nodeMessage());
            }
        }
        return new Rehearsal(
                change,
                priced,
                receipt.exitCode(),
                call.error(),
                receipt.returnValue(),
                receipt.gasUsed(),
                cost(priced, receipt.gasUsed(), node.chainHead().parentBaseFee()),
                priced.maxFee(),
                funds,
                key,
                receipt.isSuccess() ? change.outcome().differences(receipt.returnValue()) : List.of(),
                obstacles);
    }

    /** Base fee for what is used and for the burn of what the limit is above it, the premium for the whole limit. */
    private static TokenAmount cost(Message priced, long used, TokenAmount baseFee) {
        var cap = priced.gasFeeCap();
        var premium = priced.gasPremium().min(cap.minus(baseFee)).max(TokenAmount.ZERO);
        long over = Math.max(0, Math.min(priced.gasLimit() - used * 11 / 10, used));
        var burnt = BigInteger.valueOf(Math.max(0, priced.gasLimit() - used))
                .multiply(BigInteger.valueOf(over))
                .divide(BigInteger.valueOf(Math.max(1, used)));
        return baseFee.min(cap).times(used + burnt.longValueExact()).plus(premium.times(priced.gasLimit()));
    }

    private static Optional<Address> accountKey(FullNode node, Address signer) {
        if (signer.isKey()) {
            return Optional.of(signer);
        }
        try {
            return Optional.of(node.stateAccountKey(signer, TipSetKey.EMPTY));
        } catch (RpcException e) {
            if (e.code() == RpcErrorCode.CALL_FAILED || e.code() == RpcErrorCode.ACTOR_NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
