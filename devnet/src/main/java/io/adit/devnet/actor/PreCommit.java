package io.adit.devnet.actor;

import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * A sector that was promised and not proven yet ({@code SectorPreCommitOnChainInfo}).
 *
 * @param unsealedCid CommD; absent for a sector of zeroes
 * @param deposit attoFIL locked
 * @param epoch when it was pre-committed
 */
public record PreCommit(
        long number,
        RegisteredSealProof sealProof,
        Cid sealedCid,
        long sealRandEpoch,
        List<Long> dealIds,
        long expiration,
        Optional<Cid> unsealedCid,
        BigInteger deposit,
        long epoch) {

    public PreCommit {
        dealIds = List.copyOf(dealIds);
    }

    void encode(CborWriter writer) {
        writer.array(9).uint(number).uint(sealProof.number()).cid(sealedCid).integer(sealRandEpoch);
        writer.array(dealIds.size());
        dealIds.forEach(writer::uint);
        writer.integer(expiration);
        unsealedCid.ifPresentOrElse(writer::cid, writer::nul);
        writer.bytes(deposit.toByteArray()).integer(epoch);
    }
}
