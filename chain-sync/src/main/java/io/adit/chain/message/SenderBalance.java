package io.adit.chain.message;

import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import java.util.List;
import java.util.Optional;

/**
 * How long an address can go on paying.
 *
 * @param lanes whose messages it sends
 * @param balance on the chain
 * @param locked what messages under way or still to be signed may cost, their value included
 * @param perDay what it spent in a day, gas and value, over the last days
 * @param daysLeft until it is dry if it goes on like that; empty when it spends nothing
 */
public record SenderBalance(
        Address address,
        List<String> lanes,
        TokenAmount balance,
        TokenAmount locked,
        TokenAmount perDay,
        Optional<Double> daysLeft) {
    public SenderBalance {
        lanes = List.copyOf(lanes);
    }
}
