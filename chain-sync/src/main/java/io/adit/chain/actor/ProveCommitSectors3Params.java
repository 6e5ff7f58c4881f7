package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Parameters of {@link MinerMethod#PROVE_COMMIT_SECTORS3} (FIP-0076); answered with a {@link BatchReturn}. Either one proof
 * for each sector or one aggregate over all.
 *
 * @param sectorActivations the sectors, each pre-committed
 * @param sectorProofs parallel to the sectors, or empty
 * @param aggregateProof SnarkPack aggregate, or empty
 * @param aggregateProofType 1 for SnarkPack V2; absent without an aggregate
 * @param requireActivationSuccess fail everything when one sector fails
 * @param requireNotificationSuccess fail everything when a notified actor refuses
 */
public record ProveCommitSectors3Params(
        List<SectorActivationManifest> sectorActivations,
        List<byte[]> sectorProofs,
        byte[] aggregateProof,
        Optional<Long> aggregateProofType,
        boolean requireActivationSuccess,
        boolean requireNotificationSuccess)
        implements CborRecord {

    public ProveCommitSectors3Params {
        sectorActivations = List.copyOf(sectorActivations);
        sectorProofs = List.copyOf(sectorProofs);
        aggregateProof = aggregateProof.clone();
    }

    /** Reads the exact CBOR. */
    public static ProveCommitSectors3Params fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, ProveCommitSectors3Params::read);
    }

    static ProveCommitSectors3Params read(CborReader reader) {
        reader.array(6);
        return new ProveCommitSectors3Params(
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "sectors", SectorActivationManifest::read),
                ChainCbor.list(
                        reader, ActorLimits.MAX_ITEMS, "sector proofs", item -> item.bytes(ActorLimits.MAX_PROOF)),
                reader.bytes(ActorLimits.MAX_PROOF),
                ChainCbor.optional(reader, CborReader::integer),
                reader.bool(),
                reader.bool());
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(6);
        ChainCbor.list(writer, sectorActivations);
        writer.array(sectorProofs.size());
        sectorProofs.forEach(writer::bytes);
        writer.bytes(aggregateProof);
        ChainCbor.optional(writer, aggregateProofType, value -> writer.integer(value));
        writer.bool(requireActivationSuccess);
        writer.bool(requireNotificationSuccess);
    }

    /** One proof for each sector, not aggregated. */
    public static ProveCommitSectors3Params individual(
            List<SectorActivationManifest> sectors, List<byte[]> proofs, boolean requireAll) {
        return new ProveCommitSectors3Params(sectors, proofs, new byte[0], Optional.empty(), requireAll, requireAll);
    }

    @Override
    public byte[] aggregateProof() {
        return aggregateProof.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ProveCommitSectors3Params that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
