package io.adit.core.state;

import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;

/** The sealing ticket: chain randomness and the epoch it was drawn for. */
public record SectorTicket(Randomness value, Epoch epoch) {}
