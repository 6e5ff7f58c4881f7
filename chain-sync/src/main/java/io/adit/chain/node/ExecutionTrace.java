package io.adit.chain.node;

import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import java.util.List;
import java.util.Optional;

/**
 * A message and the sends inside it (Lotus {@code types.ExecutionTrace}).
 *
 * @param invokedActor the receiver, where it could be loaded
 * @param gasCharges what was charged in this send alone
 * @param subcalls sends made by the receiver, in order
 * @param logs what the actors wrote for people to read
 */
public record ExecutionTrace(
        Sent message,
        Answered receipt,
        Optional<InvokedActor> invokedActor,
        List<GasCharge> gasCharges,
        List<ExecutionTrace> subcalls,
        List<String> logs) {

    public ExecutionTrace {
        gasCharges = List.copyOf(gasCharges);
        subcalls = List.copyOf(subcalls);
        logs = List.copyOf(logs);
    }

    /** One send. */
    public record Sent(
            Address from,
            Address to,
            TokenAmount value,
            long method,
            byte[] params,
            long paramsCodec,
            long gasLimit,
            boolean readOnly) {}

    /** What came back. */
    public record Answered(long exitCode, byte[] returnValue, long returnCodec) {}

    /** The actor a send ran in. */
    public record InvokedActor(ActorId id, ActorState state) {}

    /** One charge: gas units in total, for computing, for storage, and the nanoseconds it took. */
    public record GasCharge(String name, long totalGas, long computeGas, long storageGas, long timeTaken) {}
}
