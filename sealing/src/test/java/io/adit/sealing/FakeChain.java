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
import io.adit.chain.node.ActorState;
import io.adit.chain.node.ChainMessage;
import io.adit.chain.node.Deadline;
import io.adit.chain.node.MessageLookup;
import io.adit.chain.node.MessageSendSpec;
import io.adit.chain.node.NetworkParams;
import io.adit.chain.node.PartialFullNode;
import io.adit.chain.node.Partition;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.DeadlineInfo;
import io.adit.chain.type.Message;
import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.Ticket;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.ProvingPeriodPolicy;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Hashes;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A scripted chain with one miner: epochs pass when a test says so, messages in the pool are executed in the next epoch
 * by a few lines of the miner actor's rules. It does not verify proofs; tests that need that look at what arrived.
 */
public final class FakeChain extends PartialFullNode {

    public static final TokenAmount DEPOSIT = TokenAmount.ofAtto(1000);
    public static final TokenAmount PLEDGE = TokenAmount.ofAtto(3000);
    public static final long CHALLENGE_DELAY = 10;
    public static final ProvingPeriodPolicy POLICY = new ProvingPeriodPolicy(60, 6, 10, 4, 10);

    /** One deadline's only partition. */
    public record FakePartition(BitField live, BitField faulty, BitField recovering) {}

    private final Address miner;
    private final List<TipSet> tipSets = new ArrayList<>();
    private final List<SignedMessage> pool = new ArrayList<>();
    private final Map<Cid, MessageLookup> executed = new HashMap<>();
    private final Map<Long, SectorPreCommitOnChainInfo> preCommits = new TreeMap<>();
    private final Map<Long, SectorOnChainInfo> sectors = new TreeMap<>();
    private final Map<Long, FakePartition> partitions = new TreeMap<>();
    private final Map<Long, Long> submittedInWindow = new HashMap<>();
    private final Map<Address, Long> nonces = new HashMap<>();
    private final Map<TipSetKey, Map<Address, Long>> noncesAt = new HashMap<>();
    private final Map<TipSetKey, Map<Long, FakePartition>> partitionsAt = new HashMap<>();
    private final Map<TipSetKey, TokenAmount> balancesAt = new HashMap<>();
    private final Map<Long, BitField> second = new HashMap<>();
    private final Map<Long, BitField> posted = new HashMap<>();
    private final Map<Long, Long> disputable = new HashMap<>();
    private final Map<Cid, List<ChainMessage>> executedBelow = new HashMap<>();
    private final List<Consumer<TipSet>> listeners = new CopyOnWriteArrayList<>();
    private final List<Message> included = new ArrayList<>();
    private final Map<Long, Long> refusals = new HashMap<>();
    private BitField invalidProofs = BitField.EMPTY;
    private Predicate<Message> failsInRehearsal = message -> false;
    private BitField allocated = BitField.EMPTY;
    private Function<Epoch, Randomness> ticket = epoch -> random("ticket", epoch);
    private Function<Epoch, Randomness> seed = epoch -> random("seed", epoch);
    private Function<Epoch, Randomness> challenge = epoch -> random("challenge", epoch);
    private byte[] returned = new byte[0];
    private int failures;
    private long gasOfAPartition = 800_000;
    private boolean stealNonce;
    private Optional<Message> dispute = Optional.empty();
    private TokenAmount balance = TokenAmount.ofFil(1_000_000);

    public FakeChain(Address miner, long height) {
        this.miner = miner;
        tipSets.add(tipSet(List.of(), new Epoch(height), 0));
    }

    public synchronized void advance(int epochs) {
        for (int i = 0; i < epochs; i++) {
            mine(1);
        }
    }

    /** Null rounds, then a block. */
    public synchronized void skip(int nullRounds) {
        mine(nullRounds + 1);
    }

    /** The newest blocks are replaced by others of the same epochs; messages in them go back to the pool unexecuted. */
    public synchronized void forkChallenges() {
        challenge = epoch -> random("other challenge", epoch);
        var old = tipSets.removeLast();
        tipSets.add(tipSet(old.parents().cids(), old.height(), 1));
        announce();
    }

    public void ticket(Randomness value) {
        ticket = epoch -> value;
    }

    public synchronized void seed(Randomness value) {
        seed = epoch -> value;
    }

    /** The next message with this method ends with the exit code. */
    public synchronized void refuseNext(MinerMethod method, long exitCode) {
        refusals.put(method.number(), exitCode);
    }

    /** The chain, unlike the node under test, does not take the proofs of these sectors. */
    public synchronized void invalidProofs(long... numbers) {
        invalidProofs = BitField.of(numbers);
    }

    /** Messages whose gas cannot be estimated, since they would fail. */
    public synchronized void failInRehearsal(Predicate<Message> which) {
        failsInRehearsal = which;
    }

    /** Puts a pre-commit on the chain that nobody sent a message for. */
    public synchronized void preCommit(SectorPreCommitInfo info, Epoch epoch) {
        preCommits.put(info.sectorNumber().value(), new SectorPreCommitOnChainInfo(info, DEPOSIT, epoch));
    }

    /** In the next block somebody disputes the deadline's only proof and wins: its sectors are faulty, 20 FIL are gone. */
    public synchronized Cid dispute(Address disputer, long deadline) {
        var message = Message.unpriced(
                        disputer,
                        miner,
                        TokenAmount.ZERO,
                        MinerMethod.DISPUTE_WINDOWED_POST.number(),
                        new DisputeWindowedPoStParams(deadline, 0).toCbor())
                .withNonce(nonces.getOrDefault(disputer, 0L));
        dispute = Optional.of(message);
        return message.cid();
    }

    private ChainMessage lose(Message message) {
        long deadline = DisputeWindowedPoStParams.fromCbor(message.params()).deadline();
        var old = partition(deadline);
        partitions.put(deadline, new FakePartition(old.live(), old.live(), BitField.EMPTY));
        disputable.put(deadline, 0L);
        balance = balance.minus(TokenAmount.ofFil(20));
        return new ChainMessage(message.cid(), message);
    }

    /** What a window proof uses for each partition. */
    public synchronized void gasOfAPartition(long gas) {
        gasOfAPartition = gas;
    }

    public synchronized void balance(TokenAmount amount) {
        balance = amount;
    }

    /** The node answers so many look-ups of pre-commits with an error. */
    public synchronized void failNext(int calls) {
        failures = calls;
    }

    /** Another program sends with the same key before the next message of the pool gets in. */
    public synchronized void stealNonce() {
        stealNonce = true;
    }

    public synchronized void allocate(long... numbers) {
        allocated = allocated.union(BitField.of(numbers));
    }

    public synchronized void put(SectorOnChainInfo sector, long deadline) {
        sectors.put(sector.sectorNumber().value(), sector);
        var old = partitions.getOrDefault(deadline, new FakePartition(BitField.EMPTY, BitField.EMPTY, BitField.EMPTY));
        partitions.put(
                deadline,
                new FakePartition(
                        old.live().union(BitField.of(sector.sectorNumber().value())), old.faulty(), old.recovering()));
    }

    public synchronized void partition(long deadline, FakePartition partition) {
        partitions.put(deadline, partition);
    }

    /** The deadline's second partition; sectors that are only in it are not in the first. */
    public synchronized void secondPartition(long deadline, BitField live) {
        second.put(deadline, live);
        var first = partition(deadline);
        partitions.put(deadline, new FakePartition(first.live().minus(live), first.faulty(), first.recovering()));
    }

    public synchronized FakePartition partition(long deadline) {
        return Objects.requireNonNull(partitions.get(deadline));
    }

    public void onHead(Consumer<TipSet> listener) {
        listeners.add(listener);
        listener.accept(chainHead());
    }

    /** Every message executed so far with this method, refused ones included. */
    public synchronized List<Message> included(MinerMethod method) {
        return included.stream()
                .filter(message -> message.method() == method.number())
                .toList();
    }

    public synchronized List<SubmitWindowedPoStParams> proofs() {
        return included(MinerMethod.SUBMIT_WINDOWED_POST).stream()
                .map(message -> SubmitWindowedPoStParams.fromCbor(message.params()))
                .toList();
    }

    public synchronized DeadlineInfo deadline() {
        return DeadlineInfo.of(POLICY.current(0, chainHead().height()));
    }

    private void mine(int epochs) {
        var parent = tipSets.getLast();
        var height = parent.height().plus(epochs);
        var head = tipSet(parent.key().cids(), height, 0);
        tipSets.add(head);
        var messages = new ArrayList<ChainMessage>();
        if (stealNonce && !pool.isEmpty()) {
            messages.add(another(pool.removeFirst().message()));
            stealNonce = false;
        }
        dispute.ifPresent(message -> messages.add(lose(message)));
        dispute = Optional.empty();
        for (SignedMessage signed : List.copyOf(pool)) {
            execute(signed, head);
            messages.add(new ChainMessage(signed.cid(), signed.message()));
        }
        pool.clear();
        noncesAt.put(head.key(), Map.copyOf(nonces));
        partitionsAt.put(head.key(), Map.copyOf(partitions));
        balancesAt.put(head.key(), balance);
        executedBelow.put(head.blocks().getFirst().cid(), messages);
        announce();
    }

    /** What another program sent with the key and nonce of this message. */
    private ChainMessage another(Message message) {
        var other = Message.unpriced(message.from(), message.from(), TokenAmount.ofAtto(1), 0, new byte[0])
                .withNonce(message.nonce());
        nonces.merge(message.from(), 1L, Long::sum);
        return new ChainMessage(other.cid(), other);
    }

    private void announce() {
        var head = tipSets.getLast();
        listeners.forEach(listener -> listener.accept(head));
    }

    private void execute(SignedMessage signed, TipSet at) {
        Message message = signed.message();
        nonces.merge(message.from(), 1L, Long::sum);
        included.add(message);
        Long refusal = refusals.remove(message.method());
        returned = new byte[0];
        long exit = refusal != null ? refusal : run(message, at.height());
        executed.put(
                signed.cid(),
                new MessageLookup(
                        signed.cid(),
                        new MessageReceipt(exit, exit == 0 ? returned : new byte[0], 1000, Optional.empty()),
                        at.key(),
                        at.height()));
    }

    private long run(Message message, Epoch height) {
        if (message.method() == MinerMethod.PRE_COMMIT_SECTOR_BATCH2.number()) {
            var infos = PreCommitSectorBatch2Params.fromCbor(message.params()).sectors();
            for (SectorPreCommitInfo info : infos) {
                preCommits.put(
                        info.sectorNumber().value(),
                        new SectorPreCommitOnChainInfo(info, message.value().dividedBy(infos.size()), height));
                allocate(info.sectorNumber().value());
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
        var now = DeadlineInfo.of(POLICY.current(0, height));
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
                PLEDGE,
                Optional.empty(),
                Optional.empty(),
                activation,
                Optional.empty(),
                Optional.empty(),
                SectorOnChainInfo.SIMPLE_QA_POWER,
                TokenAmount.ZERO);
    }

    private TipSet tipSet(List<Cid> parents, Epoch height, int fork) {
        Cid none = Cid.dagCbor(new byte[] {(byte) 0x80});
        return TipSet.of(List.of(new BlockHeader(
                miner,
                Optional.of(new Ticket(new byte[] {(byte) fork})),
                Optional.empty(),
                List.of(),
                List.of(),
                parents,
                BigInteger.valueOf(height.value()),
                height,
                none,
                none,
                none,
                Optional.empty(),
                0,
                Optional.empty(),
                0,
                TokenAmount.ofAtto(100))));
    }

    private static Randomness random(String what, Epoch epoch) {
        byte[] hash = Hashes.blake2b256(ByteBuffer.allocate(64)
                .put(what.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .putLong(epoch.value())
                .array());
        return Randomness.of(hash);
    }

    /** A head that is not there, as a node whose clock or chain is wrong may name it. */
    public synchronized TipSet headAheadBy(long epochs) {
        var head = chainHead();
        return tipSet(head.key().cids(), head.height().plus(epochs), 2);
    }

    @Override
    public synchronized TipSet chainHead() {
        return tipSets.getLast();
    }

    @Override
    public synchronized TipSet chainGetTipSet(TipSetKey key) {
        return tipSets.stream()
                .filter(tipSet -> tipSet.key().equals(key))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public synchronized TipSet chainGetTipSetByHeight(Epoch epoch, TipSetKey key) {
        return tipSets.stream()
                .filter(tipSet -> !tipSet.height().isAfter(epoch))
                .reduce((one, other) -> other)
                .orElse(tipSets.getFirst());
    }

    @Override
    public NetworkParams stateGetNetworkParams() {
        return new NetworkParams("fake", 1, BigInteger.valueOf(2048), CHALLENGE_DELAY, Map.of(), 31415926, 0);
    }

    @Override
    public synchronized Optional<ActorState> stateGetActor(Address actor, TipSetKey key) {
        Cid none = Cid.dagCbor(new byte[] {(byte) 0x80});
        var then = key.equals(TipSetKey.EMPTY) || key.equals(tipSets.getLast().key())
                ? nonces
                : noncesAt.getOrDefault(key, Map.of());
        return Optional.of(new ActorState(
                none, none, then.getOrDefault(actor, 0L), balancesAt.getOrDefault(key, balance), Optional.empty()));
    }

    @Override
    public synchronized List<ChainMessage> chainGetParentMessages(Cid block) {
        return executedBelow.getOrDefault(block, List.of());
    }

    @Override
    public synchronized List<MessageReceipt> chainGetParentReceipts(Cid block) {
        return chainGetParentMessages(block).stream()
                .map(message -> new MessageReceipt(0, new byte[0], 1000, Optional.empty()))
                .toList();
    }

    @Override
    public synchronized Optional<MessageLookup> stateSearchMsg(
            TipSetKey from, Cid message, long lookback, boolean allowReplaced) {
        return Optional.ofNullable(executed.get(message));
    }

    @Override
    public synchronized Randomness stateGetRandomnessFromTickets(
            long domainTag, Epoch epoch, byte[] entropy, TipSetKey key) {
        return domainTag == 5 ? ticket.apply(epoch) : random("tag " + domainTag, epoch);
    }

    @Override
    public synchronized Randomness stateGetRandomnessFromBeacon(
            long domainTag, Epoch epoch, byte[] entropy, TipSetKey key) {
        return domainTag == 6 ? seed.apply(epoch) : challenge.apply(epoch);
    }

    @Override
    public synchronized DeadlineInfo stateMinerProvingDeadline(Address of, TipSetKey key) {
        return deadline();
    }

    @Override
    public synchronized List<Deadline> stateMinerDeadlines(Address of, TipSetKey key) {
        var deadlines = new ArrayList<Deadline>();
        for (long index = 0; index < 6; index++) {
            boolean proven = deadline().index() == index
                    && Long.valueOf(deadline().open().value()).equals(submittedInWindow.get(index));
            deadlines.add(new Deadline(
                    proven ? posted.getOrDefault(index, BitField.EMPTY) : BitField.EMPTY,
                    disputable.getOrDefault(index, 0L),
                    TokenAmount.ZERO));
        }
        return deadlines;
    }

    @Override
    public synchronized List<Partition> stateMinerPartitions(Address of, long deadline, TipSetKey key) {
        boolean now = key.equals(tipSets.getLast().key());
        var partition = (now ? partitions : partitionsAt.getOrDefault(key, partitions)).get(deadline);
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

    @Override
    public synchronized List<SectorOnChainInfo> stateMinerSectors(
            Address of, Optional<BitField> numbers, TipSetKey key) {
        return sectors.values().stream()
                .filter(sector -> numbers.isEmpty()
                        || numbers.get().contains(sector.sectorNumber().value()))
                .toList();
    }

    @Override
    public synchronized BitField stateMinerAllocated(Address of, TipSetKey key) {
        return allocated;
    }

    @Override
    public synchronized boolean stateMinerSectorAllocated(Address of, SectorNumber sector, TipSetKey key) {
        return allocated.contains(sector.value());
    }

    @Override
    public synchronized Optional<SectorOnChainInfo> stateSectorGetInfo(Address of, SectorNumber sector, TipSetKey key) {
        return Optional.ofNullable(sectors.get(sector.value()));
    }

    @Override
    public synchronized Optional<SectorPreCommitOnChainInfo> stateSectorPreCommitInfo(
            Address of, SectorNumber sector, TipSetKey key) {
        if (failures > 0) {
            failures--;
            throw RpcException.answered("Filecoin.StateSectorPreCommitInfo", 1, "bad state tree");
        }
        return Optional.ofNullable(preCommits.get(sector.value()));
    }

    @Override
    public TokenAmount stateMinerPreCommitDepositForPower(Address of, SectorPreCommitInfo sector, TipSetKey key) {
        // Different at every epoch, as on a real chain.
        return DEPOSIT.plus(TokenAmount.ofAtto(chainHead().height().value()));
    }

    @Override
    public TokenAmount stateMinerInitialPledgeForSector(
            long duration, SectorSize size, long verifiedSize, TipSetKey key) {
        return PLEDGE.plus(TokenAmount.ofAtto(chainHead().height().value()));
    }

    @Override
    public synchronized long gasEstimateGasLimit(Message message, TipSetKey key) {
        if (failsInRehearsal.test(message)) {
            throw RpcException.answered("Filecoin.GasEstimateGasLimit", 1, "message execution failed: exit 33");
        }
        return message.method() == MinerMethod.SUBMIT_WINDOWED_POST.number()
                ? gasOfAPartition
                        * SubmitWindowedPoStParams.fromCbor(message.params())
                                .partitions()
                                .size()
                : 800_000;
    }

    @Override
    public synchronized Message gasEstimateMessageGas(Message message, Optional<MessageSendSpec> spec, TipSetKey key) {
        if (failsInRehearsal.test(message)) {
            throw RpcException.answered("Filecoin.GasEstimateMessageGas", 1, "message execution failed: exit 33");
        }
        return message.withGas(
                gasEstimateGasLimit(message, key) * 5 / 4, TokenAmount.ofAtto(200), TokenAmount.ofAtto(10));
    }

    @Override
    public synchronized long mpoolGetNonce(Address sender) {
        return nonces.getOrDefault(sender, 0L)
                + pool.stream()
                        .filter(signed -> signed.message().from().equals(sender))
                        .count();
    }

    @Override
    public synchronized Cid mpoolPush(SignedMessage message) {
        // A pool has a message once, however often it is pushed.
        if (pool.stream().noneMatch(held -> held.cid().equals(message.cid()))) {
            pool.add(message);
        }
        return message.cid();
    }

    @Override
    public synchronized List<SignedMessage> mpoolPending(TipSetKey key) {
        return List.copyOf(pool);
    }

    /** Whose sectors these are. */
    public Address miner() {
        return miner;
    }
}
