package io.adit.chain.type;

import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Arrays;

/**
 * Proof that a miner won the right to make a block (Filecoin spec, "Election").
 *
 * @param winCount how many times it won in that epoch
 * @param vrfProof BLS signature; empty in a genesis block
 */
public record ElectionProof(long winCount, byte[] vrfProof) implements CborRecord {

    public ElectionProof {
        vrfProof = vrfProof.clone();
    }

    static ElectionProof read(CborReader reader) {
        reader.array(2);
        return new ElectionProof(reader.integer(), reader.bytes(Ticket.MAX_VRF_PROOF));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2).integer(winCount).bytes(vrfProof);
    }

    @Override
    public byte[] vrfProof() {
        return vrfProof.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ElectionProof that
                && winCount == that.winCount
                && Arrays.equals(vrfProof, that.vrfProof);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(winCount) + Arrays.hashCode(vrfProof);
    }
}
