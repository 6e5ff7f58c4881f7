package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Address;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * The present beneficiary (FIP-0029).
 */
public record ActiveBeneficiary(Address beneficiary, BeneficiaryTerm term) implements CborRecord {

    /** Reads the exact CBOR. */
    public static ActiveBeneficiary fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, ActiveBeneficiary::read);
    }

    static ActiveBeneficiary read(CborReader reader) {
        reader.array(2);
        return new ActiveBeneficiary(ChainCbor.address(reader), BeneficiaryTerm.read(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        writer.bytes(beneficiary.bytes());
        term.writeTo(writer);
    }
}
