package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Arrays;

/**
 * Parameters of {@link MinerMethod#REPORT_CONSENSUS_FAULT}: block headers as CBOR.
 *
 * @param headerExtra a witness for parent-grinding faults, or empty
 */
public record ReportConsensusFaultParams(byte[] header1, byte[] header2, byte[] headerExtra) implements CborRecord {

    public ReportConsensusFaultParams {
        header1 = header1.clone();
        header2 = header2.clone();
        headerExtra = headerExtra.clone();
    }

    /** Reads the exact CBOR. */
    public static ReportConsensusFaultParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, ReportConsensusFaultParams::read);
    }

    static ReportConsensusFaultParams read(CborReader reader) {
        reader.array(3);
        return new ReportConsensusFaultParams(
                reader.bytes(ActorLimits.MAX_PROOF),
                reader.bytes(ActorLimits.MAX_PROOF),
                reader.bytes(ActorLimits.MAX_PROOF));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(3);
        writer.bytes(header1);
        writer.bytes(header2);
        writer.bytes(headerExtra);
    }

    @Override
    public byte[] header1() {
        return header1.clone();
    }

    @Override
    public byte[] header2() {
        return header2.clone();
    }

    @Override
    public byte[] headerExtra() {
        return headerExtra.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ReportConsensusFaultParams that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
