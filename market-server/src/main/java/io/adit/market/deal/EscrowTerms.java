package io.adit.market.deal;

import io.adit.core.fil.TokenAmount;
import java.util.Optional;

/**
 * How much of the provider's money is in the market actor, for the collateral of its deals.
 *
 * @param target what is free there after it was filled up; zero for no more than the deals at hand need
 * @param most what is never exceeded by filling up, locked collateral included; empty for no limit
 */
public record EscrowTerms(TokenAmount target, Optional<TokenAmount> most) {
    /** As much as is needed. */
    public static final EscrowTerms AS_NEEDED = new EscrowTerms(TokenAmount.ZERO, Optional.empty());
}
