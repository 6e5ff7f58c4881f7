package io.adit.core.state;

/** What a deal's proposal is written in, and with that how the deal gets onto the chain. */
public enum DealProtocol {
    /** Boost's deal protocol: a CBOR proposal that is published to the market actor. */
    MK12,
    /** Curio's HTTP market: a JSON deal that is onboarded directly, without the market actor (FIP-0076). */
    MK20
}
