package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * Parameters of {@link MultisigMethod#CHANGE_NUM_APPROVALS_THRESHOLD}.
 *
 * @param threshold from 1 to the number of signers
 */
public record ChangeThresholdParams(long threshold) implements CborRecord {

    /** Reads the exact CBOR. */
    public static ChangeThresholdParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, ChangeThresholdParams::read);
    }

    static ChangeThresholdParams read(CborReader reader) {
        reader.array(1);
        return new ChangeThresholdParams(reader.uint());
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(1);
        writer.uint(threshold);
    }
}
