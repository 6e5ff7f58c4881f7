package io.adit.sealing.proving;

import io.adit.chain.node.RpcException;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSet;
import io.adit.core.state.Bytes;
import io.adit.core.state.MessageRecord;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/**
 * How many partitions a window proof may be over by gas. Before a message is there to be estimated, which is not before its window is
 * open, a partition is taken to cost what it did in the last messages; the estimate of the message itself has the last word.
 */
final class PostGas {

    /** What a partition costs where nothing is known: a message over one had a gas limit of 25 to 29 million (Lotus 1.36, network 28). */
    private static final long USUAL = 30_000_000;

    /** Messages that are looked at: those of a day with a partition in each deadline. */
    private static final int LAST = 48;

    private final ProvingContext context;

    /** For which window the plan was made: it stays the same as long as that is open. The scheduler's thread only. */
    private Optional<Planned> planned = Optional.empty();

    private record Planned(ProvingWindow window, int partitions) {}

    PostGas(ProvingContext context) {
        this.context = context;
    }

    /** Most partitions of one message in a window, 1 or more. */
    int partitions(ProvingWindow window) {
        int wanted = context.settings().partitionsPerMessage();
        if (wanted == 1) {
            return 1;
        }
        if (planned.filter(plan -> plan.window().equals(window)).isEmpty()) {
            long fit = context.settings().gasPerMessage() / perPartition();
            planned = Optional.of(new Planned(window, Math.clamp(fit, 1, wanted)));
        }
        return planned.orElseThrow().partitions();
    }

    /** The middle one of what the last messages needed, so that one that recovered sectors does not count for all. */
    private long perPartition() {
        long[] limits = context.journal().recent().stream()
                .limit(LAST)
                .flatMapToLong(this::perPartition)
                .sorted()
                .toArray();
        return limits.length == 0 ? USUAL : Math.max(1, limits[limits.length / 2]);
    }

    private LongStream perPartition(PartitionProof proof) {
        int count = proof.made().map(made -> made.partitions().size()).orElse(0);
        return context
                .outbox()
                .record(proof.messageKey())
                .flatMap(MessageRecord::signedMessage)
                .map(Bytes::array)
                .map(bytes -> SignedMessage.fromCbor(bytes).message().gasLimit())
                .filter(limit -> count > 0)
                .stream()
                .mapToLong(limit -> limit / count);
    }

    /**
     * The gas limit that a message would get, where it is over the operator's.
     *
     * @return empty where it keeps to the limit, and where the node cannot tell: sending it will find out why
     */
    OptionalLong beyondLimit(Message message, TipSet head) {
        try {
            long used = context.node().gasEstimateGasLimit(message, head.key());
            // Lotus's GasLimitOverestimation, which GasEstimateMessageGas applies.
            long limit = used + used / 4;
            return limit > context.settings().gasPerMessage() ? OptionalLong.of(limit) : OptionalLong.empty();
        } catch (RpcException untold) {
            return OptionalLong.empty();
        }
    }
}
