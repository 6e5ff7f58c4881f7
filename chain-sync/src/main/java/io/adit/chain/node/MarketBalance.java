package io.adit.chain.node;

import io.adit.core.fil.TokenAmount;

/** Escrow held by the storage market actor for an address (Lotus {@code api.MarketBalance}). */
public record MarketBalance(TokenAmount escrow, TokenAmount locked) {

    /** What may be used for new deals or withdrawn. */
    public TokenAmount available() {
        return escrow.minus(locked);
    }
}
