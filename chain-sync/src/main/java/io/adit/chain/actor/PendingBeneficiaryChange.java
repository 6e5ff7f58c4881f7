package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * A proposed beneficiary that not everybody has approved yet (FIP-0029).
 */
public record PendingBeneficiaryChange(
        Address newBeneficiary,
        TokenAmount newQuota,
        Epoch newExpiration,
        boolean approvedByBeneficiary,
        boolean approvedByNominee)
        implements CborRecord {

    /** Reads the exact CBOR. */
    public static PendingBeneficiaryChange fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, PendingBeneficiaryChange::read);
    }

    static PendingBeneficiaryChange read(CborReader reader) {
        reader.array(5);
        return new PendingBeneficiaryChange(
                ChainCbor.address(reader),
                ChainCbor.tokenAmount(reader),
                ChainCbor.epoch(reader),
                reader.bool(),
                reader.bool());
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(5);
        writer.bytes(newBeneficiary.bytes());
        writer.bytes(newQuota.cborBytes());
        writer.integer(newExpiration.value());
        writer.bool(approvedByBeneficiary);
        writer.bool(approvedByNominee);
    }
}
