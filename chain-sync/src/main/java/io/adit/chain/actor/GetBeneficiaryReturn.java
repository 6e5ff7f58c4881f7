package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Optional;

/**
 * Return of {@link MinerMethod#GET_BENEFICIARY}.
 */
public record GetBeneficiaryReturn(ActiveBeneficiary active, Optional<PendingBeneficiaryChange> proposed)
        implements CborRecord {

    /** Reads the exact CBOR. */
    public static GetBeneficiaryReturn fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, GetBeneficiaryReturn::read);
    }

    static GetBeneficiaryReturn read(CborReader reader) {
        reader.array(2);
        return new GetBeneficiaryReturn(
                ActiveBeneficiary.read(reader), ChainCbor.optional(reader, PendingBeneficiaryChange::read));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        active.writeTo(writer);
        ChainCbor.optional(writer, proposed, value -> value.writeTo(writer));
    }
}
