package io.adit.proofs;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorId;
import java.util.Arrays;

/**
 * A seal proof with everything a verifier needs, as the chain's {@code SealVerifyInfo}.
 *
 * @param proof 192 bytes per partition; not trusted, any bytes may be given
 */
public record SealVerification(
        RegisteredSealProof proofType,
        SectorId sector,
        Commitment commR,
        Commitment commD,
        Randomness ticket,
        Randomness seed,
        byte[] proof) {
    public SealVerification {
        proof = proof.clone();
    }

    /** A copy of the bytes. */
    @Override
    public byte[] proof() {
        return proof.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SealVerification that
                && proofType == that.proofType
                && sector.equals(that.sector)
                && commR.equals(that.commR)
                && commD.equals(that.commD)
                && ticket.equals(that.ticket)
                && seed.equals(that.seed)
                && Arrays.equals(proof, that.proof);
    }

    @Override
    public int hashCode() {
        return 31 * sector.hashCode() + Arrays.hashCode(proof);
    }
}
