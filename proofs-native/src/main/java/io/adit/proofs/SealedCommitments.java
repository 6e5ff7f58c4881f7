package io.adit.proofs;

import io.adit.core.fil.Commitment;

/**
 * What pre-commit phase 2 fixes about a sector.
 *
 * @param commR commitment to the replica (the sealed CID)
 * @param commD commitment to the data (the unsealed CID)
 */
public record SealedCommitments(Commitment commR, Commitment commD) {}
