package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.chain.type.PoStProof;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Arrays;
import java.util.List;

/**
 * Parameters of {@link MinerMethod#SUBMIT_WINDOWED_POST}. No return value.
 *
 * @param deadline the open deadline
 * @param partitions 1 to 3
 * @param proofs exactly one
 * @param chainCommitEpoch an epoch from the challenge epoch on, before the present one
 * @param chainCommitRand ticket randomness of that epoch under POST_CHAIN_COMMIT, 32 bytes
 */
public record SubmitWindowedPoStParams(
        long deadline,
        List<PoStPartition> partitions,
        List<PoStProof> proofs,
        Epoch chainCommitEpoch,
        byte[] chainCommitRand)
        implements CborRecord {

    public SubmitWindowedPoStParams {
        partitions = List.copyOf(partitions);
        proofs = List.copyOf(proofs);
        chainCommitRand = chainCommitRand.clone();
    }

    /** Reads the exact CBOR. */
    public static SubmitWindowedPoStParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, SubmitWindowedPoStParams::read);
    }

    static SubmitWindowedPoStParams read(CborReader reader) {
        reader.array(5);
        return new SubmitWindowedPoStParams(
                reader.uint(),
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "partitions", PoStPartition::read),
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "proofs", PoStProof::read),
                ChainCbor.epoch(reader),
                reader.bytes(ActorLimits.MAX_PAYLOAD));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(5);
        writer.uint(deadline);
        ChainCbor.list(writer, partitions);
        ChainCbor.list(writer, proofs);
        writer.integer(chainCommitEpoch.value());
        writer.bytes(chainCommitRand);
    }

    @Override
    public byte[] chainCommitRand() {
        return chainCommitRand.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SubmitWindowedPoStParams that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
