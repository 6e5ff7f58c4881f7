package io.adit.market.policy;

import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import java.util.List;
import java.util.Set;

/**
 * What is asked for a GiB and epoch.
 *
 * @param base where no rule fits; also what the signed ask says
 * @param rules the first that fits counts
 */
public record PriceList(TokenAmount base, List<PriceRule> rules) {
    public PriceList {
        rules = List.copyOf(rules);
    }

    /** One price for everything. */
    public static PriceList flat(TokenAmount price) {
        return new PriceList(price, List.of());
    }

    TokenAmount of(Set<Address> clientNames, long size, long epochs) {
        return rules.stream()
                .filter(rule -> rule.fits(clientNames, size, epochs))
                .map(PriceRule::pricePerGibEpoch)
                .findFirst()
                .orElse(base);
    }
}
