package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Arrays;
import java.util.List;

/**
 * Parameters of {@link MinerMethod#PROVE_COMMIT_SECTORS_NI} (FIP-0092); answered with a {@link BatchReturn}.
 *
 * @param sectors 1 to 65
 * @param provingDeadline the deadline to put the sectors into
 */
public record ProveCommitSectorsNIParams(
        List<SectorNIActivationInfo> sectors,
        byte[] aggregateProof,
        long sealProofType,
        long aggregateProofType,
        long provingDeadline,
        boolean requireActivationSuccess)
        implements CborRecord {

    public ProveCommitSectorsNIParams {
        sectors = List.copyOf(sectors);
        aggregateProof = aggregateProof.clone();
    }

    /** Reads the exact CBOR. */
    public static ProveCommitSectorsNIParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, ProveCommitSectorsNIParams::read);
    }

    static ProveCommitSectorsNIParams read(CborReader reader) {
        reader.array(6);
        return new ProveCommitSectorsNIParams(
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "sectors", SectorNIActivationInfo::read),
                reader.bytes(ActorLimits.MAX_PROOF),
                reader.integer(),
                reader.integer(),
                reader.uint(),
                reader.bool());
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(6);
        ChainCbor.list(writer, sectors);
        writer.bytes(aggregateProof);
        writer.integer(sealProofType);
        writer.integer(aggregateProofType);
        writer.uint(provingDeadline);
        writer.bool(requireActivationSuccess);
    }

    @Override
    public byte[] aggregateProof() {
        return aggregateProof.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ProveCommitSectorsNIParams that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
