package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * Parameters of {@link MinerMethod#WITHDRAW_BALANCE}.
 */
public record WithdrawBalanceParams(TokenAmount amountRequested) implements CborRecord {

    /** Reads the exact CBOR. */
    public static WithdrawBalanceParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, WithdrawBalanceParams::read);
    }

    static WithdrawBalanceParams read(CborReader reader) {
        reader.array(1);
        return new WithdrawBalanceParams(ChainCbor.tokenAmount(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(1);
        writer.bytes(amountRequested.cborBytes());
    }
}
