package io.adit.core.state;

import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;

/** The interactive seed: beacon randomness drawn some epochs after the pre-commit landed. */
public record SectorSeed(Randomness value, Epoch epoch) {}
