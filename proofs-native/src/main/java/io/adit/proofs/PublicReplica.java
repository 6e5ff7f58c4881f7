package io.adit.proofs;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.SectorNumber;

/** A sector as a verifier sees it. */
public record PublicReplica(SectorNumber number, Commitment commR) {}
