package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * Parameters of {@link MinerMethod#DISPUTE_WINDOWED_POST}.
 *
 * @param deadline index of the deadline in the proving period
 */
public record DisputeWindowedPoStParams(long deadline, long postIndex) implements CborRecord {

    /** Reads the exact CBOR. */
    public static DisputeWindowedPoStParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, DisputeWindowedPoStParams::read);
    }

    static DisputeWindowedPoStParams read(CborReader reader) {
        reader.array(2);
        return new DisputeWindowedPoStParams(reader.uint(), reader.uint());
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        writer.uint(deadline);
        writer.uint(postIndex);
    }
}
