package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The settled facts of a miner actor, as its state keeps them (builtin-actors miner {@code MinerInfo}, 14 fields).
 *
 * @param peerId multihash bytes; may be empty
 * @param windowPoStProofType registered window PoSt proof number; gives the sector size
 * @param sectorSize bytes
 * @param windowPoStPartitionSectors sectors in one partition
 * @param consensusFaultElapsed first epoch after a consensus fault's punishment; -1 for none
 */
public record MinerStateInfo(
        Address owner,
        Address worker,
        List<Address> controlAddresses,
        Optional<WorkerKeyChange> pendingWorkerKey,
        byte[] peerId,
        List<byte[]> multiaddrs,
        long windowPoStProofType,
        long sectorSize,
        long windowPoStPartitionSectors,
        Epoch consensusFaultElapsed,
        Optional<Address> pendingOwnerAddress,
        Address beneficiary,
        BeneficiaryTerm beneficiaryTerm,
        Optional<PendingBeneficiaryChange> pendingBeneficiaryTerm)
        implements CborRecord {

    public MinerStateInfo {
        controlAddresses = List.copyOf(controlAddresses);
        peerId = peerId.clone();
        multiaddrs = List.copyOf(multiaddrs);
    }

    /** Reads the exact CBOR. */
    public static MinerStateInfo fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, MinerStateInfo::read);
    }

    static MinerStateInfo read(CborReader reader) {
        reader.array(14);
        return new MinerStateInfo(
                ChainCbor.address(reader),
                ChainCbor.address(reader),
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "control addresses", ChainCbor::address),
                ChainCbor.optional(reader, WorkerKeyChange::read),
                reader.bytes(ActorLimits.MAX_PAYLOAD),
                ChainCbor.list(
                        reader, ActorLimits.MAX_ITEMS, "multiaddrs", item -> item.bytes(ActorLimits.MAX_PAYLOAD)),
                reader.integer(),
                reader.uint(),
                reader.uint(),
                ChainCbor.epoch(reader),
                ChainCbor.optional(reader, ChainCbor::address),
                ChainCbor.address(reader),
                BeneficiaryTerm.read(reader),
                ChainCbor.optional(reader, PendingBeneficiaryChange::read));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(14);
        writer.bytes(owner.bytes());
        writer.bytes(worker.bytes());
        writer.array(controlAddresses.size());
        controlAddresses.forEach(item -> writer.bytes(item.bytes()));
        ChainCbor.optional(writer, pendingWorkerKey, value -> value.writeTo(writer));
        writer.bytes(peerId);
        writer.array(multiaddrs.size());
        multiaddrs.forEach(writer::bytes);
        writer.integer(windowPoStProofType);
        writer.uint(sectorSize);
        writer.uint(windowPoStPartitionSectors);
        writer.integer(consensusFaultElapsed.value());
        ChainCbor.optional(writer, pendingOwnerAddress, value -> writer.bytes(value.bytes()));
        writer.bytes(beneficiary.bytes());
        beneficiaryTerm.writeTo(writer);
        ChainCbor.optional(writer, pendingBeneficiaryTerm, value -> value.writeTo(writer));
    }

    @Override
    public byte[] peerId() {
        return peerId.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MinerStateInfo that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
