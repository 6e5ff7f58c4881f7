package io.adit.chain.node;

import io.adit.core.fil.TokenAmount;

/** What a provider may put up for a deal, attoFIL (Lotus {@code api.DealCollateralBounds}). */
public record CollateralBounds(TokenAmount min, TokenAmount max) {}
