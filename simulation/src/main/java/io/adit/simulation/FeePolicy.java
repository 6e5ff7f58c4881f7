package io.adit.simulation;

import io.adit.chain.message.BaseFeeWait;
import io.adit.chain.message.LanePolicy;
import io.adit.chain.message.MessagePriority;
import io.adit.chain.message.OutboxPolicy;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the simulated operator wants of messages: as the node's configuration would say it, with caps that are felt. */
final class FeePolicy {
    /** The node's own defaults. */
    private static final BaseFeeWait WAIT = new BaseFeeWait(90, 240, Duration.ofHours(1));

    private static final TokenAmount DEAREST_COMMIT = TokenAmount.ofFil("0.04");

    /** What lanes may spend in a day; of the proofs' it is known that they go out all the same. */
    private static final Map<MessagePriority, TokenAmount> A_DAY = Map.of(
            MessagePriority.WINDOW_POST, TokenAmount.ofFil("0.5"),
            MessagePriority.PRECOMMIT, TokenAmount.ofFil("0.05"),
            MessagePriority.COMMIT, TokenAmount.ofFil("0.08"));

    private FeePolicy() {}

    /**
     * The policy of a run.
     *
     * @param control the first sends window proofs, the second declarations; where there are none the worker sends all
     */
    static OutboxPolicy of(Address miner, List<Address> control) {
        var lanes = new EnumMap<MessagePriority, LanePolicy>(MessagePriority.class);
        for (var priority : MessagePriority.values()) {
            lanes.put(
                    priority,
                    new LanePolicy(
                            from(priority, control), dearest(priority), Optional.ofNullable(A_DAY.get(priority))));
        }
        return new OutboxPolicy(Optional.of(miner), lanes, Optional.of(WAIT));
    }

    private static Optional<Address> from(MessagePriority priority, List<Address> control) {
        return switch (priority) {
            case WINDOW_POST -> control.stream().findFirst();
            case RECOVERY, FAULT -> control.stream().skip(1).findFirst();
            default -> Optional.empty();
        };
    }

    private static Optional<TokenAmount> dearest(MessagePriority priority) {
        return priority == MessagePriority.COMMIT ? Optional.of(DEAREST_COMMIT) : Optional.empty();
    }

    /** Whether one more message of sealing may be more than its lane has left of this day. */
    static boolean isSpent(WithinDay days) {
        return days.isSpent(MessagePriority.COMMIT, DEAREST_COMMIT)
                || days.isSpent(MessagePriority.PRECOMMIT, DEAREST_COMMIT);
    }

    /** The lanes whose messages wait for another day when theirs is spent. */
    static Map<MessagePriority, TokenAmount> binding() {
        return Map.of(
                MessagePriority.PRECOMMIT,
                A_DAY.getOrDefault(MessagePriority.PRECOMMIT, TokenAmount.ZERO),
                MessagePriority.COMMIT,
                A_DAY.getOrDefault(MessagePriority.COMMIT, TokenAmount.ZERO));
    }
}
