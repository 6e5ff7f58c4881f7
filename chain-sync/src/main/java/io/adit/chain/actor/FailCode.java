package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * One failed item of a batch.
 *
 * @param index position in the batch, from 0
 * @param exitCode why, see {@link io.adit.chain.type.ExitCode}
 */
public record FailCode(long index, long exitCode) implements CborRecord {

    /** Reads the exact CBOR. */
    public static FailCode fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, FailCode::read);
    }

    static FailCode read(CborReader reader) {
        reader.array(2);
        return new FailCode(reader.uint(), reader.uint());
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        writer.uint(index);
        writer.uint(exitCode);
    }
}
