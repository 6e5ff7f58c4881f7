package io.adit.chain.node;

import io.adit.core.fil.TokenAmount;

/** Where all FIL are, attoFIL (Lotus {@code api.CirculatingSupply}). */
public record CirculatingSupply(
        TokenAmount vested,
        TokenAmount mined,
        TokenAmount burnt,
        TokenAmount locked,
        TokenAmount circulating,
        TokenAmount reserveDisbursed) {}
