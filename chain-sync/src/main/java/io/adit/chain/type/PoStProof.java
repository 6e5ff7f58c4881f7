package io.adit.chain.type;

import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Arrays;

/**
 * A proof of spacetime as it stands in blocks and in SubmitWindowedPoSt.
 *
 * @param type the registered PoSt proof's number, unchecked: the actor refuses unknown ones, not the codec
 * @param proof Groth16 proof bytes, 192 for each partition
 */
public record PoStProof(long type, byte[] proof) implements CborRecord {
    private static final int MAX_PROOF = 64 << 10;

    public PoStProof {
        proof = proof.clone();
    }

    /** Reads one proof from the reader's position. */
    public static PoStProof read(CborReader reader) {
        reader.array(2);
        return new PoStProof(reader.integer(), reader.bytes(MAX_PROOF));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2).integer(type).bytes(proof);
    }

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
        return 31 * Long.hashCode(type) + Arrays.hashCode(proof);
    }
}
