package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.List;

/**
 * Return of {@link MarketMethod#SETTLE_DEAL_PAYMENTS}.
 *
 * @param results exit codes in the order of the deal IDs
 * @param settlements of those that succeeded, in order
 */
public record SettleDealPaymentsReturn(BatchReturn results, List<DealSettlement> settlements) implements CborRecord {

    public SettleDealPaymentsReturn {
        settlements = List.copyOf(settlements);
    }

    /** Reads the exact CBOR. */
    public static SettleDealPaymentsReturn fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, SettleDealPaymentsReturn::read);
    }

    static SettleDealPaymentsReturn read(CborReader reader) {
        reader.array(2);
        return new SettleDealPaymentsReturn(
                BatchReturn.read(reader),
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "settlements", DealSettlement::read));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        results.writeTo(writer);
        ChainCbor.list(writer, settlements);
    }
}
