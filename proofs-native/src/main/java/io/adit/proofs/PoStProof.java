package io.adit.proofs;

import io.adit.core.fil.RegisteredPoStProof;
import java.util.Arrays;
import java.util.HexFormat;

/** A proof of spacetime as the chain carries it: its type and the bytes. */
public record PoStProof(RegisteredPoStProof type, byte[] proof) {
    public PoStProof {
        proof = proof.clone();
    }

    /** A copy of the bytes. */
    @Override
    public byte[] proof() {
        return proof.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PoStProof that && type == that.type && Arrays.equals(proof, that.proof);
    }

    @Override
    public int hashCode() {
        return 31 * type.hashCode() + Arrays.hashCode(proof);
    }

    @Override
    public String toString() {
        return "PoStProof[" + type + ", " + HexFormat.of().formatHex(proof) + "]";
    }
}
