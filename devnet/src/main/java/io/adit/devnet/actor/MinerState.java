package io.adit.devnet.actor;

import io.adit.chain.actor.BeneficiaryTerm;
import io.adit.chain.actor.PendingBeneficiaryChange;
import io.adit.core.fil.BitField;
import io.adit.core.fil.DeadlineWindow;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.ipld.CborWriter;
import io.adit.devnet.policy.ChainPolicy;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Everything the chain knows of one storage provider. Parts are immutable; the fields are replaced. */
public final class MinerState implements ActorState {
    /** A worker key that replaces the present one from {@code effectiveAt} on, once confirmed. */
    public record PendingWorker(long worker, long effectiveAt) {}

    private final RegisteredPoStProof windowProof;
    private final long offset;
    long owner;
    long worker;
    List<Long> control;
    Optional<PendingWorker> pendingWorker = Optional.empty();
    Optional<Long> pendingOwner = Optional.empty();
    long beneficiary;
    BeneficiaryTerm beneficiaryTerm = MinerBeneficiary.NO_TERM;
    Optional<PendingBeneficiaryChange> pendingBeneficiary = Optional.empty();
    byte[] peerId;
    List<byte[]> multiaddrs;
    BigInteger preCommitDeposits = BigInteger.ZERO;
    BigInteger initialPledge = BigInteger.ZERO;
    BigInteger feeDebt = BigInteger.ZERO;
    NavigableMap<Long, BigInteger> vesting = new TreeMap<>();
    NavigableMap<Long, PreCommit> preCommits = new TreeMap<>();
    NavigableMap<Long, Sector> sectors = new TreeMap<>();
    BitField allocated = BitField.of();
    List<Deadline> deadlines;

    MinerState(
            RegisteredPoStProof windowProof,
            long offset,
            int deadlineCount,
            long owner,
            long worker,
            List<Long> control,
            byte[] peerId,
            List<byte[]> multiaddrs) {
        this.windowProof = windowProof;
        this.offset = offset;
        this.owner = owner;
        this.beneficiary = owner;
        this.worker = worker;
        this.control = List.copyOf(control);
        this.peerId = peerId.clone();
        this.multiaddrs = List.copyOf(multiaddrs);
        this.deadlines = Collections.nCopies(deadlineCount, Deadline.EMPTY);
    }

    @Override
    public MinerState copy() {
        var copy = new MinerState(windowProof, offset, deadlines.size(), owner, worker, control, peerId, multiaddrs);
        copy.pendingWorker = pendingWorker;
        copy.pendingOwner = pendingOwner;
        copy.beneficiary = beneficiary;
        copy.beneficiaryTerm = beneficiaryTerm;
        copy.pendingBeneficiary = pendingBeneficiary;
        copy.preCommitDeposits = preCommitDeposits;
        copy.initialPledge = initialPledge;
        copy.feeDebt = feeDebt;
        copy.vesting = new TreeMap<>(vesting);
        copy.preCommits = new TreeMap<>(preCommits);
        copy.sectors = new TreeMap<>(sectors);
        copy.allocated = allocated;
        copy.deadlines = deadlines;
        return copy;
    }

    public RegisteredPoStProof windowProof() {
        return windowProof;
    }

    public long sectorSize() {
        return windowProof.sectorSize().bytes();
    }

    /** Epoch from which the proving periods are counted, and the steps in which rewards vest. */
    long provingOffset() {
        return offset;
    }

    public long owner() {
        return owner;
    }

    public long worker() {
        return worker;
    }

    public List<Long> control() {
        return control;
    }

    public Optional<PendingWorker> pendingWorker() {
        return pendingWorker;
    }

    public Optional<Long> pendingOwner() {
        return pendingOwner;
    }

    /** Who gets what is withdrawn; the owner unless another was agreed on. */
    public long beneficiary() {
        return beneficiary;
    }

    public BeneficiaryTerm beneficiaryTerm() {
        return beneficiaryTerm;
    }

    public Optional<PendingBeneficiaryChange> pendingBeneficiary() {
        return pendingBeneficiary;
    }

    public byte[] peerId() {
        return peerId.clone();
    }

    public List<byte[]> multiaddrs() {
        return multiaddrs;
    }

    public Map<Long, PreCommit> preCommits() {
        return Collections.unmodifiableMap(preCommits);
    }

    public Map<Long, Sector> sectors() {
        return Collections.unmodifiableMap(sectors);
    }

    public BitField allocated() {
        return allocated;
    }

    public List<Deadline> deadlines() {
        return deadlines;
    }

    public BigInteger preCommitDeposits() {
        return preCommitDeposits;
    }

    public BigInteger initialPledge() {
        return initialPledge;
    }

    public BigInteger feeDebt() {
        return feeDebt;
    }

    /** Rewards that still vest, attoFIL. */
    public BigInteger lockedFunds() {
        return vesting.values().stream().reduce(BigInteger.ZERO, BigInteger::add);
    }

    /** The next reward to be released, by its epoch. */
    public Optional<Map.Entry<Long, BigInteger>> nextVesting() {
        return Optional.ofNullable(vesting.firstEntry());
    }

    /** Who may act for the miner day by day. */
    Collection<Long> operators() {
        return Invocation.several(control, worker, owner);
    }

    /** The deadline open at that epoch. */
    public DeadlineWindow deadlineAt(ChainPolicy policy, long epoch) {
        return policy.proving().current(offset, new Epoch(epoch));
    }

    /** Deadline {@code index} of the proving period that contains the epoch. */
    public DeadlineWindow deadline(ChainPolicy policy, long index, long epoch) {
        return policy.proving().deadline(deadlineAt(policy, epoch).periodStart(), index, new Epoch(epoch));
    }

    /** Balance that is neither locked nor owed; negative while the miner is in debt. */
    public BigInteger available(BigInteger balance) {
        return balance.subtract(lockedFunds())
                .subtract(preCommitDeposits)
                .subtract(initialPledge)
                .subtract(feeDebt);
    }

    /** As {@link #available} without the debt: what may be spent on paying it. */
    BigInteger unlocked(BigInteger balance) {
        return available(balance).add(feeDebt);
    }

    void setDeadline(int index, Deadline deadline) {
        var next = new ArrayList<>(deadlines);
        next.set(index, deadline);
        deadlines = List.copyOf(next);
    }

    /** Deadline and partition of a sector that is in the tables. */
    public Optional<Location> locate(long number) {
        for (int deadline = 0; deadline < deadlines.size(); deadline++) {
            var partitions = deadlines.get(deadline).partitions();
            for (int partition = 0; partition < partitions.size(); partition++) {
                if (partitions.get(partition).sectors().contains(number)) {
                    return Optional.of(new Location(deadline, partition));
                }
            }
        }
        return Optional.empty();
    }

    /** Where a sector is proven. */
    public record Location(int deadline, int partition) {}

    Power power(BitField which) {
        return Partition.members(which)
                .mapToObj(this::sector)
                .map(Sector::power)
                .reduce(Power.ZERO, Power::plus);
    }

    Sector sector(long number) {
        var sector = sectors.get(number);
        if (sector == null) {
            throw ActorAbort.notFound("sector not found: " + number);
        }
        return sector;
    }

    @Override
    public void encode(CborWriter writer) {
        writer.array(18).uint(windowProof.number()).uint(owner).uint(worker).array(control.size());
        control.forEach(writer::uint);
        writer.bytes(peerId).array(multiaddrs.size());
        multiaddrs.forEach(writer::bytes);
        pendingWorker.ifPresentOrElse(
                pending -> writer.array(2).uint(pending.worker()).integer(pending.effectiveAt()), writer::nul);
        pendingOwner.ifPresentOrElse(writer::uint, writer::nul);
        writer.uint(beneficiary);
        beneficiaryTerm.writeTo(writer);
        pendingBeneficiary.ifPresentOrElse(pending -> pending.writeTo(writer), writer::nul);
        writer.bytes(preCommitDeposits.toByteArray())
                .bytes(initialPledge.toByteArray())
                .bytes(feeDebt.toByteArray());
        writer.array(vesting.size());
        vesting.forEach((epoch, amount) -> writer.array(2).integer(epoch).bytes(amount.toByteArray()));
        writer.array(preCommits.size());
        preCommits.values().forEach(preCommit -> preCommit.encode(writer));
        writer.array(sectors.size());
        sectors.values().forEach(sector -> sector.encode(writer));
        writer.bytes(allocated.toRle()).array(deadlines.size());
        deadlines.forEach(deadline -> deadline.encode(writer));
    }
}
