package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Address;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.List;

/**
 * Parameters of {@link MinerMethod#CHANGE_WORKER_ADDRESS}; the worker changes after 900 epochs and a confirmation.
 *
 * @param newWorker must resolve to a BLS key
 * @param newControlAddresses at most 10
 */
public record ChangeWorkerAddressParams(Address newWorker, List<Address> newControlAddresses) implements CborRecord {

    public ChangeWorkerAddressParams {
        newControlAddresses = List.copyOf(newControlAddresses);
    }

    /** Reads the exact CBOR. */
    public static ChangeWorkerAddressParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, ChangeWorkerAddressParams::read);
    }

    static ChangeWorkerAddressParams read(CborReader reader) {
        reader.array(2);
        return new ChangeWorkerAddressParams(
                ChainCbor.address(reader),
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "control addresses", ChainCbor::address));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        writer.bytes(newWorker.bytes());
        writer.array(newControlAddresses.size());
        newControlAddresses.forEach(item -> writer.bytes(item.bytes()));
    }
}
