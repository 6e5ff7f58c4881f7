package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Address;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * Parameters of {@link MultisigMethod#SWAP_SIGNER}.
 *
 * @param from a signer
 * @param to who is one instead; what the former has approved without being executed loses that approval
 */
public record SwapSignerParams(Address from, Address to) implements CborRecord {

    /** Reads the exact CBOR. */
    public static SwapSignerParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, SwapSignerParams::read);
    }

    static SwapSignerParams read(CborReader reader) {
        reader.array(2);
        return new SwapSignerParams(ChainCbor.address(reader), ChainCbor.address(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        writer.bytes(from.bytes());
        writer.bytes(to.bytes());
    }
}
