package io.adit.market.deal;

import io.adit.chain.actor.AddBalanceParams;
import io.adit.chain.actor.BeneficiaryTerm;
import io.adit.chain.actor.DealProposal;
import io.adit.chain.actor.DealState;
import io.adit.chain.actor.MarketMethod;
import io.adit.chain.actor.PublishStorageDealsParams;
import io.adit.chain.actor.PublishStorageDealsReturn;
import io.adit.chain.actor.SettleDealPaymentsParams;
import io.adit.chain.node.ActorState;
import io.adit.chain.node.ChainMessage;
import io.adit.chain.node.CollateralBounds;
import io.adit.chain.node.Deadline;
import io.adit.chain.node.MarketBalance;
import io.adit.chain.node.MarketDeal;
import io.adit.chain.node.MessageLookup;
import io.adit.chain.node.MessageSendSpec;
import io.adit.chain.node.MinerInfo;
import io.adit.chain.node.NetworkParams;
import io.adit.chain.node.PartialFullNode;
import io.adit.chain.node.Partition;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.Message;
import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.Ticket;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** A scripted chain with one miner and a market: messages in the pool are executed when a test makes an epoch pass. */
public final class FakeMarketChain extends PartialFullNode {
    public static final TokenAmount MIN_COLLATERAL = TokenAmount.ofAtto(1000);
    private static final long FIRST_DEAL = 42;

    private final Address miner;
    private final Address worker;
    private final List<TipSet> tipSets = new ArrayList<>();
    private final List<SignedMessage> pool = new ArrayList<>();
    private final List<Message> included = new ArrayList<>();
    private final Map<Cid, MessageLookup> executed = new HashMap<>();
    private final Map<Address, Long> nonces = new HashMap<>();
    private final Map<Address, TokenAmount> escrow = new HashMap<>();
    private final Map<Address, Address> keys = new ConcurrentHashMap<>();
    private Predicate<Long> drops = index -> false;
    private long publishExitCode;
    private boolean refusesToPrice;
    private boolean activates = true;
    private TokenAmount workerBalance = TokenAmount.ofFil(1000);
    private final Map<Long, DealProposal> published = new HashMap<>();
    private final Map<TipSetKey, Map<Address, Long>> noncesAt = new HashMap<>();
    private final Map<Cid, List<ChainMessage>> below = new HashMap<>();
    private boolean away;
    private long deals;
    private int looks;
    private int deadlines = 48;
    private final Map<Long, Epoch> ended = new HashMap<>();
    private final Map<Long, Epoch> forgotten = new HashMap<>();
    private final Map<Long, Epoch> slashed = new HashMap<>();
    private final Map<Long, Long> lastSettled = new HashMap<>();
    private final Map<Long, Epoch> settledAway = new HashMap<>();
    private final Map<Long, Epoch> hidden = new HashMap<>();
    private Epoch firstKept = new Epoch(0);

    public FakeMarketChain(Address miner, Address worker, long height) {
        this.miner = miner;
        this.worker = worker;
        tipSets.add(tipSet(List.of(), new Epoch(height)));
    }

    public synchronized void advance(int epochs) {
        for (int i = 0; i < epochs; i++) {
            var head = next();
            for (var signed : List.copyOf(pool)) {
                execute(signed, head);
            }
            executedBelow(
                    head,
                    pool.stream()
                            .map(signed -> new ChainMessage(signed.cid(), signed.message()))
                            .toList());
            pool.clear();
        }
    }

    private TipSet next() {
        var parent = tipSets.getLast();
        var head = tipSet(parent.key().cids(), parent.height().plus(1));
        tipSets.add(head);
        return head;
    }

    /** The next block comes after a long time without any. */
    public synchronized void jump(long height) {
        var head = tipSet(tipSets.getLast().key().cids(), new Epoch(height));
        tipSets.add(head);
        executedBelow(head, List.of());
    }

    private void executedBelow(TipSet head, List<ChainMessage> messages) {
        noncesAt.put(head.key(), Map.copyOf(nonces));
        below.put(head.blocks().getFirst().cid(), messages);
    }

    /** The account has this ID too. */
    public void name(Address id, Address key) {
        keys.put(id, key);
    }

    public synchronized void escrow(Address address, TokenAmount amount) {
        escrow.put(address, amount);
    }

    /** The next publish message drops the deals with these indices. */
    public synchronized void drop(Predicate<Long> indices) {
        drops = indices;
    }

    public synchronized void failPublishing(long exitCode) {
        publishExitCode = exitCode;
    }

    public synchronized void refuseToPrice(boolean refuses) {
        refusesToPrice = refuses;
    }

    public synchronized void goAway(boolean gone) {
        away = gone;
    }

    /** Whether deals become active when they are published; otherwise never. */
    public synchronized void activate(boolean activates) {
        this.activates = activates;
    }

    /** Ends a sector at the head, where it was not before. Its place in a partition goes when that is compacted. */
    public synchronized void endSector(SectorNumber sector) {
        ended.put(sector.value(), tipSets.getLast().height());
    }

    /** The sector's partition is compacted at the head, or the node has forgotten the sector. */
    public synchronized void forgetSector(SectorNumber sector) {
        forgotten.put(sector.value(), tipSets.getLast().height());
    }

    /** How many deadlines the node tells of. */
    public synchronized void tellDeadlines(int deadlines) {
        this.deadlines = deadlines;
    }

    /** How often somebody asked for the miner's deadlines. */
    public synchronized int looks() {
        return looks;
    }

    @Override
    public synchronized List<Deadline> stateMinerDeadlines(Address of, TipSetKey key) {
        looks++;
        return Collections.nCopies(deadlines, new Deadline(BitField.EMPTY, 0, TokenAmount.ZERO));
    }

    /** Sector 7 is where every piece goes. */
    @Override
    public synchronized List<Partition> stateMinerPartitions(Address of, long deadline, TipSetKey key) {
        if (deadline != 47 || happened(forgotten, 7, key)) {
            return List.of();
        }
        var all = BitField.of(7);
        var live = happened(ended, 7, key) ? BitField.EMPTY : all;
        return List.of(new Partition(all, BitField.EMPTY, BitField.EMPTY, live, live));
    }

    private boolean happened(Map<Long, Epoch> events, long number, TipSetKey by) {
        var at = events.get(number);
        return at != null
                && (by.equals(TipSetKey.EMPTY) || !chainGetTipSet(by).height().isBefore(at));
    }

    /** What the chain does at the head to a deal whose sector is lost: it is gone. */
    public synchronized void slash(long dealId) {
        slashed.put(dealId, tipSets.getLast().height());
    }

    /** The node's answers lack the deal after the head, or no more. */
    public synchronized void hide(long dealId, boolean hides) {
        if (hides) {
            hidden.put(dealId, tipSets.getLast().height().plus(1));
        } else {
            hidden.remove(dealId);
        }
    }

    /** Another deal with the same terms. */
    public synchronized void publishAgain(long dealId, long anotherId) {
        published.put(anotherId, published.get(dealId));
    }

    /** The node has dropped the states below the head. */
    public synchronized void forgetStates() {
        firstKept = tipSets.getLast().height();
    }

    /** The deals that settling messages named, one message after the other. */
    public synchronized List<List<Long>> settlements() {
        return included(MarketMethod.SETTLE_DEAL_PAYMENTS).stream()
                .map(message -> SettleDealPaymentsParams.fromCbor(message.params()).dealIds().stream(1000)
                        .boxed()
                        .toList())
                .toList();
    }

    public synchronized void workerBalance(TokenAmount balance) {
        workerBalance = balance;
    }

    /** Executes messages of another program that uses the worker's key, in the place of those in the pool. */
    public synchronized void takeNonces() {
        var head = next();
        var others = new ArrayList<ChainMessage>();
        for (var signed : pool) {
            var from = signed.message().from();
            var other = Message.unpriced(from, from, TokenAmount.ofAtto(1), 0, new byte[0])
                    .withNonce(signed.message().nonce());
            others.add(new ChainMessage(other.cid(), other));
            nonces.merge(from, 1L, Long::sum);
        }
        pool.clear();
        executedBelow(head, others);
    }

    public synchronized List<Message> included(MarketMethod method) {
        return included.stream()
                .filter(message -> message.method() == method.number())
                .toList();
    }

    private void execute(SignedMessage signed, TipSet at) {
        var message = signed.message();
        included.add(message);
        nonces.merge(message.from(), 1L, Long::sum);
        long exitCode = 0;
        var answer = new byte[0];
        if (message.method() == MarketMethod.ADD_BALANCE.number()) {
            var whose = AddBalanceParams.fromCbor(message.params()).providerOrClient();
            escrow.merge(whose, message.value(), TokenAmount::plus);
        } else if (message.method() == MarketMethod.PUBLISH_STORAGE_DEALS.number()) {
            exitCode = publishExitCode;
            answer = exitCode == 0 ? publish(message) : answer;
        }
        if (message.method() == MarketMethod.SETTLE_DEAL_PAYMENTS.number()) {
            SettleDealPaymentsParams.fromCbor(message.params()).dealIds().stream(1000)
                    .forEach(id -> settle(id, at.height()));
        }
        var receipt = new MessageReceipt(exitCode, answer, 1000, Optional.empty());
        executed.put(signed.cid(), new MessageLookup(signed.cid(), receipt, at.key(), at.height()));
    }

    /** As f05 does: a deal that is over is gone when it is settled. */
    private void settle(long id, Epoch now) {
        lastSettled.put(id, now.value());
        if (published.containsKey(id) && !now.isBefore(published.get(id).endEpoch())) {
            settledAway.putIfAbsent(id, now);
        }
    }

    private byte[] publish(Message message) {
        var proposals = PublishStorageDealsParams.fromCbor(message.params()).deals();
        var ids = new ArrayList<Long>();
        var valid = new ArrayList<Long>();
        for (long i = 0; i < proposals.size(); i++) {
            if (!drops.test(i)) {
                valid.add(i);
                published.put(FIRST_DEAL + deals, proposals.get((int) i).proposal());
                ids.add(FIRST_DEAL + deals++);
            }
        }
        return new PublishStorageDealsReturn(
                        ids,
                        BitField.of(valid.stream().mapToLong(Long::longValue).toArray()))
                .toCbor();
    }

    private TipSet tipSet(List<Cid> parents, Epoch height) {
        Cid none = Cid.dagCbor(new byte[] {(byte) 0x80});
        return TipSet.of(List.of(new BlockHeader(
                miner,
                Optional.of(new Ticket(new byte[] {1})),
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

    @Override
    public synchronized TipSet chainHead() {
        if (away) {
            throw RpcException.unanswered(RpcErrorCode.NODE_UNREACHABLE, "ChainHead", "the test took the node away");
        }
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
        return tipSets.reversed().stream()
                .filter(tipSet -> !epoch.isBefore(tipSet.height()))
                .findFirst()
                .orElse(tipSets.getFirst());
    }

    @Override
    public MinerInfo stateMinerInfo(Address of, TipSetKey key) {
        return new MinerInfo(
                worker,
                worker,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                RegisteredPoStProof.fromNumber(10),
                SectorSize.KIB_2,
                2,
                new Epoch(-1),
                Optional.empty(),
                worker,
                new BeneficiaryTerm(TokenAmount.ZERO, TokenAmount.ZERO, new Epoch(0)),
                Optional.empty());
    }

    @Override
    public Address stateLookupID(Address address, TipSetKey key) {
        throw RpcException.answered("StateLookupID", RpcException.ACTOR_NOT_FOUND, "actor not found");
    }

    @Override
    public NetworkParams stateGetNetworkParams() {
        return new NetworkParams("fake", 30, BigInteger.valueOf(2048), 10, Map.of(), 31415926, 0);
    }

    @Override
    public Address stateAccountKey(Address account, TipSetKey key) {
        if (account.isKey()) {
            return account;
        }
        var known = keys.get(account);
        if (known != null) {
            return known;
        }
        throw RpcException.answered("StateAccountKey", RpcException.ACTOR_NOT_FOUND, "actor not found");
    }

    @Override
    public synchronized MarketBalance stateMarketBalance(Address address, TipSetKey key) {
        return new MarketBalance(
                escrow.getOrDefault(keys.getOrDefault(address, address), TokenAmount.ZERO), TokenAmount.ZERO);
    }

    @Override
    public synchronized Optional<MarketDeal> stateMarketStorageDeal(long dealId, TipSetKey key) {
        if (!key.equals(TipSetKey.EMPTY) && chainGetTipSet(key).height().isBefore(firstKept)) {
            throw RpcException.answered("StateMarketStorageDeal", 1, "ipld: could not find the state's root");
        }
        var started = new Epoch(activates ? chainHead().height().value() : -1);
        return Optional.ofNullable(published.get(dealId))
                .filter(proposal -> !happened(slashed, dealId, key)
                        && !happened(settledAway, dealId, key)
                        && !happened(hidden, dealId, key))
                .map(proposal -> new MarketDeal(
                        proposal,
                        new DealState(
                                new SectorNumber(7),
                                started,
                                new Epoch(lastSettled.getOrDefault(dealId, -1L)),
                                new Epoch(-1))));
    }

    @Override
    public CollateralBounds stateDealProviderCollateralBounds(PaddedSize size, boolean verified, TipSetKey key) {
        return new CollateralBounds(MIN_COLLATERAL, TokenAmount.ofFil(1000));
    }

    @Override
    public synchronized Optional<ActorState> stateGetActor(Address actor, TipSetKey key) {
        Cid none = Cid.dagCbor(new byte[] {(byte) 0x80});
        return Optional.of(new ActorState(none, none, nonce(actor, key), workerBalance, Optional.empty()));
    }

    private long nonce(Address actor, TipSetKey key) {
        var then = key.equals(TipSetKey.EMPTY) || key.equals(tipSets.getLast().key())
                ? nonces
                : noncesAt.getOrDefault(key, Map.of());
        return then.getOrDefault(actor, 0L);
    }

    @Override
    public synchronized List<ChainMessage> chainGetParentMessages(Cid block) {
        return below.getOrDefault(block, List.of());
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
    public synchronized Message gasEstimateMessageGas(Message message, Optional<MessageSendSpec> spec, TipSetKey key) {
        if (refusesToPrice && message.method() == MarketMethod.PUBLISH_STORAGE_DEALS.number()) {
            throw RpcException.answered("GasEstimateMessageGas", 1, "message execution failed: exit 16");
        }
        return message.withGas(1_000_000, TokenAmount.ofAtto(200), TokenAmount.ofAtto(10));
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
        if (pool.stream().noneMatch(known -> known.cid().equals(message.cid()))) {
            pool.add(message);
        }
        return message.cid();
    }

    @Override
    public synchronized List<SignedMessage> mpoolPending(TipSetKey key) {
        return List.copyOf(pool);
    }
}
