package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * Return of withdrawals from a miner or from the market (FIP-0020): the bare amount.
 */
public record WithdrawBalanceReturn(TokenAmount amountWithdrawn) implements CborRecord {

    /** Reads the exact CBOR. */
    public static WithdrawBalanceReturn fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, WithdrawBalanceReturn::read);
    }

    static WithdrawBalanceReturn read(CborReader reader) {
        return new WithdrawBalanceReturn(ChainCbor.tokenAmount(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.bytes(amountWithdrawn.cborBytes());
    }
}
