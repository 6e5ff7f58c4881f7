package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Address;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Arrays;
import java.util.List;

/**
 * Parameters of {@link PowerMethod#CREATE_MINER}. The value of the message must cover the deposit (FIP-0077).
 *
 * @param worker must resolve to a BLS key
 */
public record CreateMinerParams(
        Address owner, Address worker, long windowPoStProofType, byte[] peer, List<byte[]> multiaddrs)
        implements CborRecord {

    public CreateMinerParams {
        peer = peer.clone();
        multiaddrs = List.copyOf(multiaddrs);
    }

    /** Reads the exact CBOR. */
    public static CreateMinerParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, CreateMinerParams::read);
    }

    static CreateMinerParams read(CborReader reader) {
        reader.array(5);
        return new CreateMinerParams(
                ChainCbor.address(reader),
                ChainCbor.address(reader),
                reader.integer(),
                reader.bytes(ActorLimits.MAX_PAYLOAD),
                ChainCbor.list(
                        reader, ActorLimits.MAX_ITEMS, "multiaddrs", item -> item.bytes(ActorLimits.MAX_PAYLOAD)));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(5);
        writer.bytes(owner.bytes());
        writer.bytes(worker.bytes());
        writer.integer(windowPoStProofType);
        writer.bytes(peer);
        writer.array(multiaddrs.size());
        multiaddrs.forEach(writer::bytes);
    }

    @Override
    public byte[] peer() {
        return peer.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CreateMinerParams that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
