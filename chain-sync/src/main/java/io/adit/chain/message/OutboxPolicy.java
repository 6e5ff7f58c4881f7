package io.adit.chain.message;

import io.adit.core.fil.Address;
import java.util.Map;
import java.util.Optional;

/**
 * What the operator wants of messages.
 *
 * @param miner the actor whose worker and control addresses may send; lanes have addresses of their own only with it
 * @param worker the key address that the rooms name as the miner's worker; what they send goes out from whatever key the chain has as
 *     worker by then
 * @param lanes by priority; {@link LanePolicy#OPEN} where none is given
 * @param baseFeeWait empty when nothing waits for a lower base fee
 */
public record OutboxPolicy(
        Optional<Address> miner,
        Optional<Address> worker,
        Map<MessagePriority, LanePolicy> lanes,
        Optional<BaseFeeWait> baseFeeWait) {
    public OutboxPolicy {
        lanes = Map.copyOf(lanes);
    }

    /** Without a worker that may change. */
    public OutboxPolicy(
            Optional<Address> miner, Map<MessagePriority, LanePolicy> lanes, Optional<BaseFeeWait> baseFeeWait) {
        this(miner, Optional.empty(), lanes, baseFeeWait);
    }

    /** Every message as its maker wants it. */
    public static OutboxPolicy open() {
        return new OutboxPolicy(Optional.empty(), Map.of(), Optional.empty());
    }

    LanePolicy lane(MessagePriority priority) {
        return lanes.getOrDefault(priority, LanePolicy.OPEN);
    }
}
