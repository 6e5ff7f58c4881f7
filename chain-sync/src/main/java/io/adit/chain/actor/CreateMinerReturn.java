package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Address;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * Return of {@link PowerMethod#CREATE_MINER}.
 *
 * @param robustAddress the f2 address, which survives a reorganisation
 */
public record CreateMinerReturn(Address idAddress, Address robustAddress) implements CborRecord {

    /** Reads the exact CBOR. */
    public static CreateMinerReturn fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, CreateMinerReturn::read);
    }

    static CreateMinerReturn read(CborReader reader) {
        reader.array(2);
        return new CreateMinerReturn(ChainCbor.address(reader), ChainCbor.address(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        writer.bytes(idAddress.bytes());
        writer.bytes(robustAddress.bytes());
    }
}
