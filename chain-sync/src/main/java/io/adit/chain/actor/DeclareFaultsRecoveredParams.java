package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.List;

/**
 * Parameters of {@link MinerMethod#DECLARE_FAULTS_RECOVERED}. No return value. A sector that is not faulty is let pass with
 * exit code 0.
 */
public record DeclareFaultsRecoveredParams(List<SectorDeclaration> recoveries) implements CborRecord {

    public DeclareFaultsRecoveredParams {
        recoveries = List.copyOf(recoveries);
    }

    /** Reads the exact CBOR. */
    public static DeclareFaultsRecoveredParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, DeclareFaultsRecoveredParams::read);
    }

    static DeclareFaultsRecoveredParams read(CborReader reader) {
        reader.array(1);
        return new DeclareFaultsRecoveredParams(
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "declarations", SectorDeclaration::read));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(1);
        ChainCbor.list(writer, recoveries);
    }
}
