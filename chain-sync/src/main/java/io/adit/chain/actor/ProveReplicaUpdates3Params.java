package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Parameters of {@link MinerMethod#PROVE_REPLICA_UPDATES3} (FIP-0076); answered with a {@link BatchReturn}.
 *
 * @param sectorProofs parallel to the sectors
 * @param aggregateProof empty: aggregation (FIP-0082) is not live
 * @param updateProofsType registered update proof number
 */
public record ProveReplicaUpdates3Params(
        List<SectorUpdateManifest> sectorUpdates,
        List<byte[]> sectorProofs,
        byte[] aggregateProof,
        long updateProofsType,
        Optional<Long> aggregateProofType,
        boolean requireActivationSuccess,
        boolean requireNotificationSuccess)
        implements CborRecord {

    public ProveReplicaUpdates3Params {
        sectorUpdates = List.copyOf(sectorUpdates);
        sectorProofs = List.copyOf(sectorProofs);
        aggregateProof = aggregateProof.clone();
    }

    /** Reads the exact CBOR. */
    public static ProveReplicaUpdates3Params fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, ProveReplicaUpdates3Params::read);
    }

    static ProveReplicaUpdates3Params read(CborReader reader) {
        reader.array(7);
        return new ProveReplicaUpdates3Params(
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "sectors", SectorUpdateManifest::read),
                ChainCbor.list(
                        reader, ActorLimits.MAX_ITEMS, "sector proofs", item -> item.bytes(ActorLimits.MAX_PROOF)),
                reader.bytes(ActorLimits.MAX_PROOF),
                reader.integer(),
                ChainCbor.optional(reader, CborReader::integer),
                reader.bool(),
                reader.bool());
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(7);
        ChainCbor.list(writer, sectorUpdates);
        writer.array(sectorProofs.size());
        sectorProofs.forEach(writer::bytes);
        writer.bytes(aggregateProof);
        writer.integer(updateProofsType);
        ChainCbor.optional(writer, aggregateProofType, value -> writer.integer(value));
        writer.bool(requireActivationSuccess);
        writer.bool(requireNotificationSuccess);
    }

    @Override
    public byte[] aggregateProof() {
        return aggregateProof.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ProveReplicaUpdates3Params that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
