package io.adit.chain.type;

import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Hashes;
import java.util.Arrays;

/**
 * A block's ticket: the VRF proof that chains randomness from block to block (Filecoin spec, "Tickets").
 *
 * @param vrfProof BLS signature, 96 bytes (32 in a genesis block)
 */
public record Ticket(byte[] vrfProof) implements CborRecord, Comparable<Ticket> {
    static final int MAX_VRF_PROOF = 1024;

    public Ticket {
        vrfProof = vrfProof.clone();
    }

    static Ticket read(CborReader reader) {
        reader.array(1);
        return new Ticket(reader.bytes(MAX_VRF_PROOF));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(1).bytes(vrfProof);
    }

    @Override
    public byte[] vrfProof() {
        return vrfProof.clone();
    }

    /** The order of blocks inside a tipset: by blake2b-256 of the proof, as unsigned bytes. */
    @Override
    public int compareTo(Ticket other) {
        return Arrays.compareUnsigned(Hashes.blake2b256(vrfProof), Hashes.blake2b256(other.vrfProof));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Ticket that && Arrays.equals(vrfProof, that.vrfProof);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(vrfProof);
    }
}
