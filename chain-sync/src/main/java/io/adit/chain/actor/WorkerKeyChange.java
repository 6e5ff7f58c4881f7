package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * A worker key that takes effect later.
 *
 * @param newWorker an ID address
 */
public record WorkerKeyChange(Address newWorker, Epoch effectiveAt) implements CborRecord {

    /** Reads the exact CBOR. */
    public static WorkerKeyChange fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, WorkerKeyChange::read);
    }

    static WorkerKeyChange read(CborReader reader) {
        reader.array(2);
        return new WorkerKeyChange(ChainCbor.address(reader), ChainCbor.epoch(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        writer.bytes(newWorker.bytes());
        writer.integer(effectiveAt.value());
    }
}
