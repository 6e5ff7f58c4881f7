package io.adit.chain.message;

import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import java.util.Optional;

/**
 * What the operator wants of the messages of one priority.
 *
 * @param from the key address that sends them instead of the worker
 * @param maxFee the most that the gas of one of them may cost, where that is less than its maker allows
 * @param maxFeePerDay the most that gas may cost in a day (UTC)
 */
public record LanePolicy(Optional<Address> from, Optional<TokenAmount> maxFee, Optional<TokenAmount> maxFeePerDay) {
    /** As their maker wants them. */
    public static final LanePolicy OPEN = new LanePolicy(Optional.empty(), Optional.empty(), Optional.empty());
}
