package io.adit.sealing;

import io.adit.chain.actor.DisputeWindowedPoStParams;
import io.adit.chain.actor.MinerMethod;
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
import io.adit.chain.type.DeadlineInfo;
import io.adit.chain.type.Message;
import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.SignedMessage;
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
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
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
    private final FakeMiner actor = new FakeMiner();
    private final FakeRounds rounds;
    private final List<TipSet> tipSets = new ArrayList<>();
    private final List<SignedMessage> pool = new ArrayList<>();
    private final Map<Cid, MessageLookup> executed = new HashMap<>();
    private final Map<Address, Long> nonces = new HashMap<>();
    private final Map<TipSetKey, Map<Address, Long>> noncesAt = new HashMap<>();
    private final Map<TipSetKey, Map<Long, FakePartition>> partitionsAt = new HashMap<>();
    private final Map<TipSetKey, TokenAmount> balancesAt = new HashMap<>();
    private final Map<Cid, List<ChainMessage>> executedBelow = new HashMap<>();
    private final List<Consumer<TipSet>> listeners = new CopyOnWriteArrayList<>();
    private final List<Message> included = new ArrayList<>();
    private final Map<Long, Long> refusals = new HashMap<>();
    private Predicate<Message> failsInRehearsal = message -> false;
    private volatile Consumer<SectorNumber> beforePreCommitInfo = sector -> {};
    private volatile Runnable beforeEstimate = () -> {};
    private int failures;
    private boolean knowsNoPartitions;
    private boolean knowsNoSectors;
    private boolean failsOnDeadlines;
    private Optional<Long> failingPartitions = Optional.empty();
    private int partitionLooks;
    private long gasOfAPartition = 800_000;
    private boolean stealNonce;
    private Optional<Message> dispute = Optional.empty();

    public FakeChain(Address miner, long height) {
        this.miner = miner;
        this.rounds = new FakeRounds(miner);
        tipSets.add(rounds.tipSet(List.of(), new Epoch(height), 0));
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
        rounds.forkChallenges();
        var old = tipSets.removeLast();
        tipSets.add(rounds.tipSet(old.parents().cids(), old.height(), 1));
        announce();
    }

    public void ticket(Randomness value) {
        rounds.ticket(value);
    }

    public synchronized void seed(Randomness value) {
        rounds.seed(value);
    }

    /** The next message with this method ends with the exit code. */
    public synchronized void refuseNext(MinerMethod method, long exitCode) {
        refusals.put(method.number(), exitCode);
    }

    /** The chain, unlike the node under test, does not take the proofs of these sectors. */
    public synchronized void invalidProofs(long... numbers) {
        actor.invalidProofs(BitField.of(numbers));
    }

    /** Messages whose gas cannot be estimated, since they would fail. */
    public synchronized void failInRehearsal(Predicate<Message> which) {
        failsInRehearsal = which;
    }

    /** Puts a pre-commit on the chain that nobody sent a message for. */
    public synchronized void preCommit(SectorPreCommitInfo info, Epoch epoch) {
        actor.preCommit(new SectorPreCommitOnChainInfo(info, DEPOSIT, epoch));
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

    /** What a window proof uses for each partition. */
    public synchronized void gasOfAPartition(long gas) {
        gasOfAPartition = gas;
    }

    public synchronized void balance(TokenAmount amount) {
        actor.balance(amount);
    }

    /** Is run before each look-up of a pre-commit, by whoever asks; what waits in it keeps nobody else from the node. */
    public void beforePreCommitInfo(Consumer<SectorNumber> action) {
        beforePreCommitInfo = action;
    }

    /** Is run before each estimate, as above. */
    public void beforeEstimate(Runnable action) {
        beforeEstimate = action;
    }

    /** The node answers so many look-ups of pre-commits with an error. */
    public synchronized void failNext(int calls) {
        failures = calls;
    }

    /** From now on the node says that no deadline has partitions, or tells the truth again. */
    public synchronized void knowsNoPartitions(boolean so) {
        knowsNoPartitions = so;
    }

    /** From now on the node answers questions for this deadline's partitions with an error. */
    public synchronized void failPartitionsOf(long deadline) {
        failingPartitions = Optional.of(deadline);
    }

    /** From now on the node answers questions for the deadlines with an error. */
    public synchronized void failDeadlines() {
        failsOnDeadlines = true;
    }

    /** How often it was asked for a deadline's partitions. */
    public synchronized int partitionLooks() {
        return partitionLooks;
    }

    /** From now on the node says of every sector, asked for by its number, that there is none. */
    public synchronized void knowsNoSectors(boolean so) {
        knowsNoSectors = so;
    }

    /** Another program sends with the same key before the next message of the pool gets in. */
    public synchronized void stealNonce() {
        stealNonce = true;
    }

    public synchronized void allocate(long... numbers) {
        actor.allocate(BitField.of(numbers));
    }

    public synchronized void put(SectorOnChainInfo sector, long deadline) {
        actor.put(sector, deadline);
    }

    public synchronized void partition(long deadline, FakePartition partition) {
        actor.partition(deadline, partition);
    }

    /** The deadline's second partition; sectors that are only in it are not in the first. */
    public synchronized void secondPartition(long deadline, BitField live) {
        actor.secondPartition(deadline, live);
    }

    public synchronized FakePartition partition(long deadline) {
        return actor.partition(deadline);
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
        var head = rounds.tipSet(parent.key().cids(), height, 0);
        tipSets.add(head);
        var messages = new ArrayList<ChainMessage>();
        if (stealNonce && !pool.isEmpty()) {
            messages.add(another(pool.removeFirst().message()));
            stealNonce = false;
        }
        dispute.ifPresent(message -> messages.add(actor.loseDispute(message)));
        dispute = Optional.empty();
        for (SignedMessage signed : List.copyOf(pool)) {
            execute(signed, head);
            messages.add(new ChainMessage(signed.cid(), signed.message()));
        }
        pool.clear();
        noncesAt.put(head.key(), Map.copyOf(nonces));
        partitionsAt.put(head.key(), Map.copyOf(actor.partitions()));
        balancesAt.put(head.key(), actor.balance());
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
        var end = refusal != null ? new FakeMiner.End(refusal, new byte[0]) : actor.execute(message, at.height());
        executed.put(
                signed.cid(),
                new MessageLookup(
                        signed.cid(),
                        new MessageReceipt(end.exitCode(), end.returned(), 1000, Optional.empty()),
                        at.key(),
                        at.height()));
    }

    /** A head that is not there, as a node whose clock or chain is wrong may name it. */
    public synchronized TipSet headAheadBy(long epochs) {
        var head = chainHead();
        return rounds.tipSet(head.key().cids(), head.height().plus(epochs), 2);
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
    public synchronized Optional<ActorState> stateGetActor(Address sender, TipSetKey key) {
        Cid none = Cid.dagCbor(new byte[] {(byte) 0x80});
        var then = key.equals(TipSetKey.EMPTY) || key.equals(tipSets.getLast().key())
                ? nonces
                : noncesAt.getOrDefault(key, Map.of());
        return Optional.of(new ActorState(
                none,
                none,
                then.getOrDefault(sender, 0L),
                balancesAt.getOrDefault(key, actor.balance()),
                Optional.empty()));
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
        return rounds.fromTickets(domainTag, epoch);
    }

    @Override
    public synchronized Randomness stateGetRandomnessFromBeacon(
            long domainTag, Epoch epoch, byte[] entropy, TipSetKey key) {
        return rounds.fromBeacon(domainTag, epoch);
    }

    @Override
    public synchronized DeadlineInfo stateMinerProvingDeadline(Address of, TipSetKey key) {
        return deadline();
    }

    @Override
    public synchronized List<Deadline> stateMinerDeadlines(Address of, TipSetKey key) {
        if (failsOnDeadlines) {
            throw RpcException.answered("Filecoin.StateMinerDeadlines", 1, "bad state tree");
        }
        return actor.deadlines(deadline());
    }

    @Override
    public synchronized List<Partition> stateMinerPartitions(Address of, long deadline, TipSetKey key) {
        partitionLooks++;
        if (failingPartitions.equals(Optional.of(deadline))) {
            throw RpcException.answered("Filecoin.StateMinerPartitions", 1, "bad state tree");
        }
        if (knowsNoPartitions) {
            return List.of();
        }
        boolean now = key.equals(tipSets.getLast().key());
        return actor.partitions(
                deadline, now ? actor.partitions() : partitionsAt.getOrDefault(key, actor.partitions()));
    }

    @Override
    public synchronized List<SectorOnChainInfo> stateMinerSectors(
            Address of, Optional<BitField> numbers, TipSetKey key) {
        return actor.sectors(numbers);
    }

    @Override
    public synchronized BitField stateMinerAllocated(Address of, TipSetKey key) {
        return actor.allocated();
    }

    @Override
    public synchronized boolean stateMinerSectorAllocated(Address of, SectorNumber sector, TipSetKey key) {
        return actor.allocated().contains(sector.value());
    }

    @Override
    public synchronized Optional<SectorOnChainInfo> stateSectorGetInfo(Address of, SectorNumber sector, TipSetKey key) {
        return knowsNoSectors ? Optional.empty() : actor.sector(sector);
    }

    @Override
    public Optional<SectorPreCommitOnChainInfo> stateSectorPreCommitInfo(
            Address of, SectorNumber sector, TipSetKey key) {
        beforePreCommitInfo.accept(sector);
        synchronized (this) {
            if (failures > 0) {
                failures--;
                throw RpcException.answered("Filecoin.StateSectorPreCommitInfo", 1, "bad state tree");
            }
            return actor.preCommit(sector);
        }
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
    public Message gasEstimateMessageGas(Message message, Optional<MessageSendSpec> spec, TipSetKey key) {
        beforeEstimate.run();
        synchronized (this) {
            if (failsInRehearsal.test(message)) {
                throw RpcException.answered("Filecoin.GasEstimateMessageGas", 1, "message execution failed: exit 33");
            }
            return message.withGas(
                    gasEstimateGasLimit(message, key) * 5 / 4, TokenAmount.ofAtto(200), TokenAmount.ofAtto(10));
        }
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
