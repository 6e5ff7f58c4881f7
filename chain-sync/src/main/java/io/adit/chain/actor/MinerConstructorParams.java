package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Address;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Arrays;
import java.util.List;

/**
 * Parameters of {@link MinerMethod#CONSTRUCTOR}, sent by the init actor.
 */
public record MinerConstructorParams(
        Address owner,
        Address worker,
        List<Address> controlAddresses,
        long windowPoStProofType,
        byte[] peerId,
        List<byte[]> multiaddrs)
        implements CborRecord {

    public MinerConstructorParams {
        controlAddresses = List.copyOf(controlAddresses);
        peerId = peerId.clone();
        multiaddrs = List.copyOf(multiaddrs);
    }

    /** Reads the exact CBOR. */
    public static MinerConstructorParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, MinerConstructorParams::read);
    }

    static MinerConstructorParams read(CborReader reader) {
        reader.array(6);
        return new MinerConstructorParams(
                ChainCbor.address(reader),
                ChainCbor.address(reader),
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "control addresses", ChainCbor::address),
                reader.integer(),
                reader.bytes(ActorLimits.MAX_PAYLOAD),
                ChainCbor.list(
                        reader, ActorLimits.MAX_ITEMS, "multiaddrs", item -> item.bytes(ActorLimits.MAX_PAYLOAD)));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(6);
        writer.bytes(owner.bytes());
        writer.bytes(worker.bytes());
        writer.array(controlAddresses.size());
        controlAddresses.forEach(item -> writer.bytes(item.bytes()));
        writer.integer(windowPoStProofType);
        writer.bytes(peerId);
        writer.array(multiaddrs.size());
        multiaddrs.forEach(writer::bytes);
    }

    @Override
    public byte[] peerId() {
        return peerId.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MinerConstructorParams that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
