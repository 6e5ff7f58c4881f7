package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Address;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * Parameters of {@link MinerMethod#CHANGE_OWNER_ADDRESS}: the address itself, not an array.
 *
 * @param newOwner an ID address
 */
public record ChangeOwnerAddressParams(Address newOwner) implements CborRecord {

    /** Reads the exact CBOR. */
    public static ChangeOwnerAddressParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, ChangeOwnerAddressParams::read);
    }

    static ChangeOwnerAddressParams read(CborReader reader) {
        return new ChangeOwnerAddressParams(ChainCbor.address(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.bytes(newOwner.bytes());
    }
}
