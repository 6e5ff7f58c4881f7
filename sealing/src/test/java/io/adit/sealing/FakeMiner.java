package io.adit.sealing;

import io.adit.chain.actor.BatchReturn;
import io.adit.chain.actor.DeclareFaultsParams;
import io.adit.chain.actor.DeclareFaultsRecoveredParams;
import io.adit.chain.actor.DisputeWindowedPoStParams;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PoStPartition;
import io.adit.chain.actor.PreCommitSectorBatch2Params;
import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.chain.actor.SectorDeclaration;
import io.adit.chain.actor.SectorOnChainInfo;
import io.adit.chain.actor.SectorPreCommitInfo;
import io.adit.chain.actor.SectorPreCommitOnChainInfo;
import io.adit.chain.actor.SubmitWindowedPoStParams;
import io.adit.chain.node.ChainMessage;
import io.adit.chain.node.Deadline;
import io.adit.chain.node.Partition;
import io.adit.chain.type.DeadlineInfo;
import io.adit.chain.type.Message;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.sealing.FakeChain.FakePartition;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** The miner actor of the scripted chain: its sectors and deadlines, and what its methods do to them. */
public final class FakeMiner {

    /** How a message ended. */
    record End(long exitCode, byte[] returned) {}

    private final Map<Long, SectorPreCommitOnChainInfo> preCommits = new TreeMap<>();
    private final Map<Long, SectorOnChainInfo> sectors = new TreeMap<>();
    private final Map<Long, FakePartition> partitions = new TreeMap<>();
    private final Map<Long, Long> submittedInWindow = new HashMap<>();
    private final Map<Long, BitField> second = new HashMap<>();
    private final Map<Long, BitField> posted = new HashMap<>();
    private final Map<Long, Long> disputable = new HashMap<>();
    private BitField invalidProofs = BitField.EMPTY;
    private BitField allocated = BitField.EMPTY;
    private byte[] returned = new byte[0];
    private TokenAmount balance = TokenAmount.ofFil(1_000_000);

    /** A sector as a miner without verified deals has it. */
    public static SectorOnChainInfo onChain(
            SectorNumber number, long proof, Cid sealed, Epoch activation, Epoch expiration) {
        return new SectorOnChainInfo(
                number,
                proof,
                sealed,
                List.of(),
                activation,
                expiration,
                BigInteger.ZERO,
                BigInteger.ZERO,
                FakeChain.PLEDGE,
                Optional.empty(),
                Optional.empty(),
                activation,
                Optional.empty(),
                Optional.empty(),
                SectorOnChainInfo.SIMPLE_QA_POWER,
                TokenAmount.ZERO);
    }

    void invalidProofs(BitField numbers) {
        invalidProofs = numbers;
    }

    void preCommit(SectorPreCommitOnChainInfo preCommit) {
        preCommits.put(preCommit.info().sectorNumber().value(), preCommit);
    }

    Optional<SectorPreCommitOnChainInfo> preCommit(SectorNumber sector) {
        return Optional.ofNullable(preCommits.get(sector.value()));
    }

    void balance(TokenAmount amount) {
        balance = amount;
    }

    TokenAmount balance() {
        return balance;
    }

    void allocate(BitField numbers) {
        allocated = allocated.union(numbers);
    }

    BitField allocated() {
        return allocated;
    }

    void put(SectorOnChainInfo sector, long deadline) {
        sectors.put(sector.sectorNumber().value(), sector);
        var old = partitions.getOrDefault(deadline, new FakePartition(BitField.EMPTY, BitField.EMPTY, BitField.EMPTY));
        partitions.put(
                deadline,
                new FakePartition(
                        old.live().union(BitField.of(sector.sectorNumber().value())), old.faulty(), old.recovering()));
    }

    Optional<SectorOnChainInfo> sector(SectorNumber sector) {
        return Optional.ofNullable(sectors.get(sector.value()));
    }

    List<SectorOnChainInfo> sectors(Optional<BitField> numbers) {
        return sectors.values().stream()
                .filter(sector -> numbers.isEmpty()
                        || numbers.get().contains(sector.sectorNumber().value()))
                .toList();
    }

    void partition(long deadline, FakePartition partition) {
        partitions.put(deadline, partition);
    }

    FakePartition partition(long deadline) {
        return Objects.requireNonNull(partitions.get(deadline));
    }

    Map<Long, FakePartition> partitions() {
        return partitions;
    }

    void secondPartition(long deadline, BitField live) {
        second.put(deadline, live);
        var first = partition(deadline);
        partitions.put(deadline, new FakePartition(first.live().minus(live), first.faulty(), first.recovering()));
    }

    /** Executes a dispute that is right: the deadline's only proof was a bad one. */
    ChainMessage loseDispute(Message dispute) {
        long deadline = DisputeWindowedPoStParams.fromCbor(dispute.params()).deadline();
        var old = partition(deadline);
        partitions.put(deadline, new FakePartition(old.live(), old.live(), BitField.EMPTY));
        disputable.put(deadline, 0L);
        balance = balance.minus(TokenAmount.ofFil(20));
        return new ChainMessage(dispute.cid(), dispute);
    }

    List<Deadline> deadlines(DeadlineInfo now) {
        var deadlines = new ArrayList<Deadline>();
        for (long index = 0; index < 6; index++) {
            boolean proven =
                    now.index() == index && Long.valueOf(now.open().value()).equals(submittedInWindow.get(index));
            deadlines.add(new Deadline(
                    proven ? posted.getOrDefault(index, BitField.EMPTY) : BitField.EMPTY,
                    disputable.getOrDefault(index, 0L),
                    TokenAmount.ZERO));
        }
        return deadlines;
    }

    /** The deadline's partitions as the chain shows them, its first ones being as given. */
    List<Partition> partitions(long deadline, Map<Long, FakePartition> firsts) {
        var partition = firsts.get(deadline);
        if (partition == null) {
            return List.of();
        }
        var first = new Partition(
                partition.live(),
                partition.faulty(),
                partition.recovering(),
                partition.live(),
                partition.live().minus(partition.faulty()));
        BitField others = second.getOrDefault(deadline, BitField.EMPTY);
        return others.isEmpty()
                ? List.of(first)
                : List.of(first, new Partition(others, BitField.EMPTY, BitField.EMPTY, others, others));
    }

    /** Executes a message in a block of this height. */
    End execute(Message message, Epoch height) {
        returned = new byte[0];
        long exit = run(message, height);
        return new End(exit, exit == 0 ? returned : new byte[0]);
    }

    private long run(Message message, Epoch height) {
        if (message.method() == MinerMethod.PRE_COMMIT_SECTOR_BATCH2.number()) {
            var infos = PreCommitSectorBatch2Params.fromCbor(message.params()).sectors();
            for (SectorPreCommitInfo info : infos) {
                preCommits.put(
                        info.sectorNumber().value(),
                        new SectorPreCommitOnChainInfo(info, message.value().dividedBy(infos.size()), height));
                allocate(BitField.of(info.sectorNumber().value()));
            }
        } else if (message.method() == MinerMethod.PROVE_COMMIT_SECTORS3.number()) {
            return prove(ProveCommitSectors3Params.fromCbor(message.params()), height);
        } else if (message.method() == MinerMethod.SUBMIT_WINDOWED_POST.number()) {
            return submit(SubmitWindowedPoStParams.fromCbor(message.params()), height);
        } else if (message.method() == MinerMethod.DECLARE_FAULTS.number()) {
            DeclareFaultsParams.fromCbor(message.params()).faults().forEach(this::fault);
        } else if (message.method() == MinerMethod.DECLARE_FAULTS_RECOVERED.number()) {
            DeclareFaultsRecoveredParams.fromCbor(message.params()).recoveries().forEach(this::recover);
        }
        return 0;
    }

    private long prove(ProveCommitSectors3Params params, Epoch height) {
        var codes = new ArrayList<Long>();
        for (var activation : params.sectorActivations()) {
            long number = activation.sectorNumber().value();
            if (!preCommits.containsKey(number)) {
                return 17;
            }
            codes.add(invalidProofs.contains(number) ? 16L : 0L);
        }
        if (codes.stream().allMatch(code -> code != 0) || (params.requireActivationSuccess() && codes.contains(16L))) {
            return 16;
        }
        for (int i = 0; i < codes.size(); i++) {
            long number = params.sectorActivations().get(i).sectorNumber().value();
            if (codes.get(i) == 0) {
                var info = Objects.requireNonNull(preCommits.remove(number)).info();
                put(onChain(info.sectorNumber(), info.sealProof(), info.sealedCid(), height, info.expiration()), 3);
            }
        }
        returned = BatchReturn.of(codes).toCbor();
        return 0;
    }

    private long submit(SubmitWindowedPoStParams params, Epoch height) {
        var now = DeadlineInfo.of(FakeChain.POLICY.current(0, height));
        if (now.index() != params.deadline()) {
            return 16;
        }
        BitField indices = BitField.of(
                params.partitions().stream().mapToLong(PoStPartition::index).toArray());
        boolean sameWindow = Long.valueOf(now.open().value())
                .equals(submittedInWindow.put(params.deadline(), now.open().value()));
        BitField before = sameWindow ? posted.getOrDefault(params.deadline(), BitField.EMPTY) : BitField.EMPTY;
        if (!before.intersect(indices).isEmpty()) {
            return 16;
        }
        posted.put(params.deadline(), before.union(indices));
        disputable.put(params.deadline(), 1L);
        var old = partition(params.deadline());
        var skipped = params.partitions().getFirst().skipped();
        partitions.put(
                params.deadline(),
                new FakePartition(
                        old.live(), old.faulty().minus(old.recovering()).union(skipped), BitField.EMPTY));
        return 0;
    }

    private void fault(SectorDeclaration declaration) {
        var old = partition(declaration.deadline());
        partitions.put(
                declaration.deadline(),
                new FakePartition(old.live(), old.faulty().union(declaration.sectors()), old.recovering()));
    }

    private void recover(SectorDeclaration declaration) {
        var old = partition(declaration.deadline());
        partitions.put(
                declaration.deadline(),
                new FakePartition(old.live(), old.faulty(), old.recovering().union(declaration.sectors())));
    }
}
