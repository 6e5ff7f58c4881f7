package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Address;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * Parameters of {@link MultisigMethod#ADD_SIGNER} and {@link MultisigMethod#REMOVE_SIGNER}.
 *
 * @param threshold whether the number of approvals that are needed rises, or falls, by one as well
 */
public record MultisigSignerParams(Address signer, boolean threshold) implements CborRecord {

    /** Reads the exact CBOR. */
    public static MultisigSignerParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, MultisigSignerParams::read);
    }

    static MultisigSignerParams read(CborReader reader) {
        reader.array(2);
        return new MultisigSignerParams(ChainCbor.address(reader), reader.bool());
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        writer.bytes(signer.bytes());
        writer.bool(threshold);
    }
}
