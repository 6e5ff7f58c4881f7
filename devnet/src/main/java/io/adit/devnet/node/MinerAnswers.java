package io.adit.devnet.node;

import io.adit.chain.actor.SectorOnChainInfo;
import io.adit.chain.actor.SectorPreCommitInfo;
import io.adit.chain.actor.SectorPreCommitOnChainInfo;
import io.adit.chain.node.Deadline;
import io.adit.chain.node.MinerApi;
import io.adit.chain.node.MinerInfo;
import io.adit.chain.node.MinerPower;
import io.adit.chain.node.MinerSectorCount;
import io.adit.chain.node.Partition;
import io.adit.chain.node.SectorExpiration;
import io.adit.chain.node.SectorLocation;
import io.adit.chain.type.DeadlineInfo;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Multibase;
import io.adit.devnet.actor.MinerState;
import io.adit.devnet.actor.Power;
import io.adit.devnet.actor.PowerState;
import io.adit.devnet.actor.PreCommit;
import io.adit.devnet.actor.Sector;
import io.adit.devnet.actor.StateTree;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Questions about miners. */
interface MinerAnswers extends MinerApi, Answers {
    BigInteger QUALITY = BigInteger.TEN;

    @Override
    default MinerInfo stateMinerInfo(Address miner, TipSetKey key) {
        var state = Answers.miner(state(key), miner);
        var pending = state.pendingWorker();
        return new MinerInfo(
                Address.ofId(state.owner()),
                Address.ofId(state.worker()),
                pending.map(change -> Address.ofId(change.worker())),
                state.control().stream().map(Address::ofId).toList(),
                pending.map(change -> new Epoch(change.effectiveAt())),
                state.peerId().length == 0 ? Optional.empty() : Optional.of(Multibase.base58btc(state.peerId())),
                state.multiaddrs(),
                state.windowProof(),
                state.windowProof().sectorSize(),
                state.windowProof().partitionSectors(),
                Epoch.UNDEFINED,
                state.pendingOwner().map(Address::ofId),
                Address.ofId(state.beneficiary()),
                state.beneficiaryTerm(),
                state.pendingBeneficiary());
    }

    @Override
    default DeadlineInfo stateMinerProvingDeadline(Address miner, TipSetKey key) {
        var link = link(key);
        var state = Answers.miner(Answers.before(link), miner);
        return DeadlineInfo.of(state.deadlineAt(ledger().chain().settings().policy(), link.height()));
    }

    @Override
    default List<Deadline> stateMinerDeadlines(Address miner, TipSetKey key) {
        var state = Answers.miner(state(key), miner);
        return state.deadlines().stream()
                .map(deadline -> new Deadline(
                        deadline.posted(), deadline.disputable().size(), new TokenAmount(fee(state, deadline))))
                .toList();
    }

    private static BigInteger fee(MinerState state, io.adit.devnet.actor.Deadline deadline) {
        return deadline.partitions().stream()
                .flatMap(partition -> sectors(state, partition.live()).stream())
                .map(Sector::dailyFee)
                .reduce(BigInteger.ZERO, BigInteger::add);
    }

    private static List<Sector> sectors(MinerState state, BitField which) {
        return state.sectors().values().stream()
                .filter(sector -> which.contains(sector.number()))
                .toList();
    }

    private static io.adit.devnet.actor.Deadline deadline(MinerState state, long index) {
        if (index < 0 || index >= state.deadlines().size()) {
            throw Answers.failed("failed to load the deadline: invalid deadline " + index);
        }
        return state.deadlines().get((int) index);
    }

    @Override
    default List<Partition> stateMinerPartitions(Address miner, long deadline, TipSetKey key) {
        return deadline(Answers.miner(state(key), miner), deadline).partitions().stream()
                .map(partition -> new Partition(
                        partition.sectors(),
                        partition.faults(),
                        partition.recoveries(),
                        partition.live(),
                        partition.active()))
                .toList();
    }

    @Override
    default List<SectorOnChainInfo> stateMinerSectors(Address miner, Optional<BitField> sectors, TipSetKey key) {
        return Answers.miner(state(key), miner).sectors().values().stream()
                .filter(sector ->
                        sectors.map(which -> which.contains(sector.number())).orElse(true))
                .map(MinerAnswers::onChain)
                .toList();
    }

    /** The union over all partitions. */
    private static BitField all(MinerState state, Function<io.adit.devnet.actor.Partition, BitField> which) {
        var union = BitField.of();
        for (var deadline : state.deadlines()) {
            for (var partition : deadline.partitions()) {
                union = union.union(which.apply(partition));
            }
        }
        return union;
    }

    @Override
    default List<SectorOnChainInfo> stateMinerActiveSectors(Address miner, TipSetKey key) {
        var state = Answers.miner(state(key), miner);
        return sectors(state, all(state, io.adit.devnet.actor.Partition::active)).stream()
                .map(MinerAnswers::onChain)
                .toList();
    }

    @Override
    default MinerSectorCount stateMinerSectorCount(Address miner, TipSetKey key) {
        var state = Answers.miner(state(key), miner);
        return new MinerSectorCount(
                all(state, io.adit.devnet.actor.Partition::live).cardinality(),
                all(state, io.adit.devnet.actor.Partition::active).cardinality(),
                all(state, io.adit.devnet.actor.Partition::faults).cardinality());
    }

    @Override
    default MinerPower stateMinerPower(Address miner, TipSetKey key) {
        var state = state(key);
        var power = state.read(StateTree.POWER, PowerState.class);
        var own = power.claim(Answers.id(state, miner));
        var minimum = BigInteger.valueOf(ledger().chain().settings().policy().consensusMinerMinPower());
        return new MinerPower(claim(own), claim(power.total()), own.raw().compareTo(minimum) >= 0);
    }

    private static MinerPower.Claim claim(Power power) {
        return new MinerPower.Claim(power.raw(), power.qualityAdjusted());
    }

    @Override
    default BitField stateMinerFaults(Address miner, TipSetKey key) {
        return all(Answers.miner(state(key), miner), io.adit.devnet.actor.Partition::faults);
    }

    @Override
    default BitField stateMinerRecoveries(Address miner, TipSetKey key) {
        return all(Answers.miner(state(key), miner), io.adit.devnet.actor.Partition::recoveries);
    }

    @Override
    default TokenAmount stateMinerAvailableBalance(Address miner, TipSetKey key) {
        var state = state(key);
        return new TokenAmount(Answers.miner(state, miner)
                .available(Answers.actor(state, miner).balance()));
    }

    @Override
    default BitField stateMinerAllocated(Address miner, TipSetKey key) {
        return Answers.miner(state(key), miner).allocated();
    }

    @Override
    default boolean stateMinerSectorAllocated(Address miner, SectorNumber sector, TipSetKey key) {
        return stateMinerAllocated(miner, key).contains(sector.value());
    }

    @Override
    default Optional<SectorOnChainInfo> stateSectorGetInfo(Address miner, SectorNumber sector, TipSetKey key) {
        var sectors = Answers.miner(state(key), miner).sectors();
        return Optional.ofNullable(sectors.get(sector.value())).map(MinerAnswers::onChain);
    }

    @Override
    default Optional<SectorPreCommitOnChainInfo> stateSectorPreCommitInfo(
            Address miner, SectorNumber sector, TipSetKey key) {
        var preCommits = Answers.miner(state(key), miner).preCommits();
        return Optional.ofNullable(preCommits.get(sector.value())).map(MinerAnswers::onChain);
    }

    private static SectorPreCommitOnChainInfo onChain(PreCommit preCommit) {
        var info = new SectorPreCommitInfo(
                preCommit.sealProof().number(),
                new SectorNumber(preCommit.number()),
                preCommit.sealedCid(),
                new Epoch(preCommit.sealRandEpoch()),
                preCommit.dealIds(),
                new Epoch(preCommit.expiration()),
                preCommit.unsealedCid());
        return new SectorPreCommitOnChainInfo(info, new TokenAmount(preCommit.deposit()), new Epoch(preCommit.epoch()));
    }

    private static SectorOnChainInfo onChain(Sector sector) {
        return new SectorOnChainInfo(
                new SectorNumber(sector.number()),
                sector.sealProof().number(),
                sector.sealedCid(),
                List.of(),
                new Epoch(sector.activation()),
                new Epoch(sector.expiration()),
                sector.dealWeight(),
                sector.verifiedDealWeight(),
                new TokenAmount(sector.initialPledge()),
                Optional.empty(),
                Optional.empty(),
                new Epoch(sector.powerBaseEpoch()),
                Optional.empty(),
                Optional.empty(),
                sector.flags(),
                new TokenAmount(sector.dailyFee()));
    }

    @Override
    default SectorLocation stateSectorPartition(Address miner, SectorNumber sector, TipSetKey key) {
        return Answers.miner(state(key), miner)
                .locate(sector.value())
                .map(at -> new SectorLocation(at.deadline(), at.partition()))
                .orElseThrow(() -> Answers.failed("sector " + sector + " not due at any deadline"));
    }

    @Override
    default SectorExpiration stateSectorExpiration(Address miner, SectorNumber sector, TipSetKey key) {
        var state = Answers.miner(state(key), miner);
        var found = Optional.ofNullable(state.sectors().get(sector.value()))
                .orElseThrow(() -> Answers.failed("failed to find sector " + sector));
        var at = state.locate(sector.value()).orElseThrow(() -> Answers.failed("sector " + sector + " not found"));
        var policy = ledger().chain().settings().policy();
        var window = state.deadline(policy, at.deadline(), found.expiration()).nextNotElapsed();
        return new SectorExpiration(window.last(), Optional.empty());
    }

    @Override
    default TokenAmount stateMinerPreCommitDepositForPower(Address miner, SectorPreCommitInfo sector, TipSetKey key) {
        SectorSize size;
        try {
            size = RegisteredSealProof.fromNumber(sector.sealProof()).sectorSize();
        } catch (AditException unknown) {
            throw Answers.failed("failed to get resolve size: unsupported proof type: " + sector.sealProof());
        }
        var power = BigInteger.valueOf(size.bytes()).multiply(QUALITY);
        return new TokenAmount(Answers.withMargin(figures(key).preCommitDeposit(power)));
    }

    @Override
    default TokenAmount stateMinerInitialPledgeForSector(
            long duration, SectorSize size, long verifiedSize, TipSetKey key) {
        var raw = BigInteger.valueOf(size.bytes());
        boolean full = ledger().chain().settings().rules().newSectorsHaveFullPower();
        var power = full
                ? raw.multiply(QUALITY)
                : raw.add(BigInteger.valueOf(verifiedSize).multiply(BigInteger.valueOf(9)));
        return new TokenAmount(Answers.withMargin(figures(key).initialPledge(power)));
    }

    @Override
    default TokenAmount stateMinerCreationDeposit(TipSetKey key) {
        return new TokenAmount(Answers.withMargin(figures(key).creationDeposit(SectorSize.MIB_8.bytes())));
    }
}
