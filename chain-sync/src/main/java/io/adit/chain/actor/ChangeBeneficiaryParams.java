package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * Parameters of {@link MinerMethod#CHANGE_BENEFICIARY} (FIP-0029).
 */
public record ChangeBeneficiaryParams(Address newBeneficiary, TokenAmount newQuota, Epoch newExpiration)
        implements CborRecord {

    /** Reads the exact CBOR. */
    public static ChangeBeneficiaryParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, ChangeBeneficiaryParams::read);
    }

    static ChangeBeneficiaryParams read(CborReader reader) {
        reader.array(3);
        return new ChangeBeneficiaryParams(
                ChainCbor.address(reader), ChainCbor.tokenAmount(reader), ChainCbor.epoch(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(3);
        writer.bytes(newBeneficiary.bytes());
        writer.bytes(newQuota.cborBytes());
        writer.integer(newExpiration.value());
    }
}
