package io.adit.chain.node;

import io.adit.chain.actor.BeneficiaryTerm;
import io.adit.chain.actor.PendingBeneficiaryChange;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorSize;
import java.util.List;
import java.util.Optional;

/**
 * A miner actor's settings as the node gives them (Lotus {@code api.MinerInfo}).
 *
 * @param newWorker the worker key that will take over at {@code workerChangeEpoch}
 * @param workerChangeEpoch empty when no change is pending (−1 on the wire)
 * @param peerId base58 libp2p peer ID, absent where the actor has none
 * @param multiaddrs binary multiaddrs
 * @param consensusFaultElapsed the epoch until which a consensus fault bars the miner; −1 when none
 * @param pendingOwner the address an ownership change was proposed to
 */
public record MinerInfo(
        Address owner,
        Address worker,
        Optional<Address> newWorker,
        List<Address> controlAddresses,
        Optional<Epoch> workerChangeEpoch,
        Optional<String> peerId,
        List<byte[]> multiaddrs,
        RegisteredPoStProof windowPoStProof,
        SectorSize sectorSize,
        long windowPoStPartitionSectors,
        Epoch consensusFaultElapsed,
        Optional<Address> pendingOwner,
        Address beneficiary,
        BeneficiaryTerm beneficiaryTerm,
        Optional<PendingBeneficiaryChange> pendingBeneficiary) {

    public MinerInfo {
        controlAddresses = List.copyOf(controlAddresses);
        multiaddrs = List.copyOf(multiaddrs);
    }
}
