package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * How much a beneficiary may withdraw, and until when (FIP-0029).
 */
public record BeneficiaryTerm(TokenAmount quota, TokenAmount usedQuota, Epoch expiration) implements CborRecord {

    /** Reads the exact CBOR. */
    public static BeneficiaryTerm fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, BeneficiaryTerm::read);
    }

    static BeneficiaryTerm read(CborReader reader) {
        reader.array(3);
        return new BeneficiaryTerm(
                ChainCbor.tokenAmount(reader), ChainCbor.tokenAmount(reader), ChainCbor.epoch(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(3);
        writer.bytes(quota.cborBytes());
        writer.bytes(usedQuota.cborBytes());
        writer.integer(expiration.value());
    }
}
