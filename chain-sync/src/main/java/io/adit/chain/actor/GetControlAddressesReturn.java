package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Address;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.List;

/**
 * Return of {@link MinerMethod#CONTROL_ADDRESSES}.
 */
public record GetControlAddressesReturn(Address owner, Address worker, List<Address> controlAddresses)
        implements CborRecord {

    public GetControlAddressesReturn {
        controlAddresses = List.copyOf(controlAddresses);
    }

    /** Reads the exact CBOR. */
    public static GetControlAddressesReturn fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, GetControlAddressesReturn::read);
    }

    static GetControlAddressesReturn read(CborReader reader) {
        reader.array(3);
        return new GetControlAddressesReturn(
                ChainCbor.address(reader),
                ChainCbor.address(reader),
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "control addresses", ChainCbor::address));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(3);
        writer.bytes(owner.bytes());
        writer.bytes(worker.bytes());
        writer.array(controlAddresses.size());
        controlAddresses.forEach(item -> writer.bytes(item.bytes()));
    }
}
