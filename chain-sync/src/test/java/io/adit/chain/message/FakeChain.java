package io.adit.chain.message;

import io.adit.chain.node.ActorState;
import io.adit.chain.node.ChainMessage;
import io.adit.chain.node.MessageLookup;
import io.adit.chain.node.MessageSendSpec;
import io.adit.chain.node.MinerInfo;
import io.adit.chain.node.PartialFullNode;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.Message;
import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.Signatures;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A full node over a chain of one block an epoch, with a message pool that orders by nonce; refusals are worded as Lotus words
 * them. It keeps what was ever pushed, loses pushes, forgets its pool, is reorganised, and fails at chosen calls.
 */
final class FakeChain extends PartialFullNode {
    /** The process dies: not an Exception, so that nothing on the way catches it. */
    static final class Crash extends Error {
        private static final long serialVersionUID = 1;
    }

    static final TokenAmount BASE_FEE = TokenAmount.ofAtto(100);
    private static final long GAS_LIMIT = 1_000_000;

    private record Tip(TipSet tipSet, List<SignedMessage> messages) {}

    private final Address sender;
    private final List<Tip> chain = new ArrayList<>();
    private final Set<Address> senders = new LinkedHashSet<>();
    private final FakePool pool = new FakePool();
    private final Map<Address, Address> ids = new HashMap<>();
    private final Map<Address, TokenAmount> balances = new HashMap<>();
    private Optional<MinerInfo> miner = Optional.empty();
    private final List<byte[]> pushes = new ArrayList<>();
    private final List<Consumer<String>> hooks = new ArrayList<>();
    private TokenAmount balance = TokenAmount.ofFil(100);
    private TokenAmount feeCap = TokenAmount.ofAtto(300);
    private TokenAmount premium = TokenAmount.ofAtto(50);
    private TokenAmount leastPremium = TokenAmount.ZERO;
    private TokenAmount baseFee = BASE_FEE;
    private long exitCode;
    private boolean losesPushes;
    private boolean lacksMessages;
    private boolean isAway;
    private Predicate<Message> refused = message -> false;
    private int oldestState;
    private long forks;

    FakeChain(Address sender) {
        this.sender = sender;
        senders.add(sender);
        mine();
    }

    /** Another address that the chain knows. */
    synchronized void alsoSends(Address other) {
        senders.add(other);
    }

    /** What the pool takes from nobody, whatever it pays. */
    synchronized void refuse(Predicate<Message> which) {
        refused = which;
    }

    /** Called with the name of each call before it has an effect, and with the name and "!" after. */
    synchronized void onCall(Consumer<String> hook) {
        hooks.add(hook);
    }

    synchronized void heal() {
        hooks.clear();
    }

    synchronized void losePushes(boolean lose) {
        losesPushes = lose;
    }

    /** From now on it does not name its head, or does again. */
    synchronized void away(boolean away) {
        isAway = away;
    }

    synchronized void forgetPool() {
        pool.clear();
    }

    /** As after the import of a snapshot: states below an epoch are missing, and messages that were never pushed to it. */
    synchronized void importSnapshot(int oldest) {
        oldestState = oldest;
        lacksMessages = true;
    }

    synchronized void balance(TokenAmount amount) {
        balance = amount;
    }

    synchronized void feeCap(TokenAmount amount) {
        feeCap = amount;
    }

    synchronized void baseFee(TokenAmount amount) {
        baseFee = amount;
    }

    /** What producers take at least, and what the node estimates from then on. */
    synchronized void premium(TokenAmount amount) {
        premium = amount;
        leastPremium = amount;
    }

    /** What a forgetful node has: an older message instead of a newer one. */
    synchronized void poolHolds(SignedMessage message) {
        pool.put(message);
    }

    /** A message of the pool is gone: it was too cheap for too long, or nobody has it any more. */
    synchronized void poolForgets(long nonce) {
        pool.remove(sender, nonce);
    }

    synchronized void exitCode(long code) {
        exitCode = code;
    }

    /** Every push that arrived, refused or not. */
    synchronized List<byte[]> pushes() {
        return List.copyOf(pushes);
    }

    /** Executed messages, in order. */
    synchronized List<SignedMessage> executed() {
        return chain.stream().flatMap(tip -> tip.messages().stream()).toList();
    }

    /** Adds epochs; each takes from the pool what has the next nonces. */
    synchronized void mine(int epochs) {
        for (int i = 0; i < epochs; i++) {
            mine();
        }
    }

    private void mine() {
        var included = new ArrayList<SignedMessage>();
        for (var from : senders) {
            long nonce = chainNonce(chain.size(), from);
            for (var next = payingAt(from, nonce); next.isPresent(); next = payingAt(from, ++nonce)) {
                included.add(next.get());
                pool.remove(from, nonce);
            }
        }
        add(included);
    }

    private Optional<SignedMessage> payingAt(Address from, long nonce) {
        return pool.at(from, nonce).filter(waiting -> pays(waiting.message()));
    }

    private boolean pays(Message message) {
        return BaseFees.effectivePremium(message.gasFeeCap(), message.gasPremium(), baseFee)
                        .compareTo(leastPremium)
                >= 0;
    }

    private void add(List<SignedMessage> included) {
        var cid = Cid.dagCbor(new byte[] {(byte) forks});
        var header = new BlockHeader(
                Address.ofId(1000),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                chain.isEmpty() ? List.of(cid) : chain.getLast().tipSet().key().cids(),
                BigInteger.valueOf(chain.size()),
                new Epoch(chain.size()),
                cid,
                cid,
                cid,
                Optional.empty(),
                chain.size(),
                Optional.empty(),
                forks,
                baseFee);
        chain.add(new Tip(TipSet.of(List.of(header)), List.copyOf(included)));
    }

    /** Takes the last epochs back and makes as many empty ones; their messages are lost with the pool. */
    synchronized void reorganise(int depth) {
        int length = chain.size();
        while (chain.size() > length - depth) {
            chain.removeLast();
        }
        pool.clear();
        forks++;
        while (chain.size() < length) {
            add(List.of());
        }
    }

    /** Another program with the same key gets a message executed. */
    synchronized void executeForeign(SignedMessage message) {
        add(List.of(message));
        pool.remove(message.message().from(), message.message().nonce());
    }

    private int indexOf(Predicate<TipSet> wanted) {
        for (int i = 0; i < chain.size(); i++) {
            if (wanted.test(chain.get(i).tipSet())) {
                return i;
            }
        }
        throw refused("no such tipset");
    }

    private Tip parent(Cid block) {
        return chain.get(indexOf(tipSet -> tipSet.blocks().getFirst().cid().equals(block)) - 1);
    }

    @Override
    public synchronized List<ChainMessage> chainGetParentMessages(Cid block) {
        return parent(block).messages().stream()
                .map(signed -> new ChainMessage(signed.cid(), signed.message()))
                .toList();
    }

    @Override
    public synchronized List<MessageReceipt> chainGetParentReceipts(Cid block) {
        return parent(block).messages().stream().map(signed -> receipt()).toList();
    }

    private MessageReceipt receipt() {
        return new MessageReceipt(exitCode, new byte[] {(byte) 0x80}, 1234, Optional.empty());
    }

    private long chainNonce(int tips, Address from) {
        return chain.subList(0, tips).stream()
                .flatMap(tip -> tip.messages().stream())
                .filter(message -> message.message().from().equals(from))
                .mapToLong(message -> message.message().nonce() + 1)
                .max()
                .orElse(0);
    }

    private void reach(String call) {
        List<Consumer<String>> now;
        synchronized (this) {
            now = List.copyOf(hooks);
        }
        now.forEach(hook -> hook.accept(call));
    }

    @Override
    public synchronized TipSet chainHead() {
        if (isAway) {
            throw RpcException.unanswered(RpcErrorCode.NODE_UNREACHABLE, "ChainHead", "connection refused");
        }
        return chain.getLast().tipSet();
    }

    @Override
    public synchronized TipSet chainGetTipSetByHeight(Epoch epoch, TipSetKey key) {
        return chain.get((int) epoch.value()).tipSet();
    }

    @Override
    public synchronized TipSet chainGetTipSet(TipSetKey key) {
        return chain.get(indexOf(tipSet -> tipSet.key().equals(key))).tipSet();
    }

    /** Owner, worker and control addresses by ID, and what they hold. */
    synchronized void miner(MinerInfo info, Map<Address, Address> byKey, Map<Address, TokenAmount> held) {
        miner = Optional.of(info);
        ids.putAll(byKey);
        balances.putAll(held);
    }

    @Override
    public synchronized MinerInfo stateMinerInfo(Address address, TipSetKey key) {
        return miner.orElseThrow(() -> refused("actor not found"));
    }

    @Override
    public synchronized Address stateLookupID(Address address, TipSetKey key) {
        return Optional.ofNullable(ids.get(address)).orElseThrow(() -> refused("actor not found"));
    }

    @Override
    public synchronized Address stateAccountKey(Address address, TipSetKey key) {
        return ids.entrySet().stream()
                .filter(entry -> entry.getValue().equals(address))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> refused("actor not found"));
    }

    @Override
    public synchronized TokenAmount walletBalance(Address address) {
        return balances.getOrDefault(address, address.equals(sender) ? balance : TokenAmount.ZERO);
    }

    @Override
    public synchronized long gasEstimateGasLimit(Message message, TipSetKey key) {
        return GAS_LIMIT / 2;
    }

    @Override
    public synchronized Optional<ActorState> stateGetActor(Address actor, TipSetKey key) {
        // As Lotus: the state that the tipset was made on, so without the tipset's own messages.
        int tips = key.equals(TipSetKey.EMPTY)
                ? chain.size() - 1
                : indexOf(tip -> tip.key().equals(key));
        if (tips < oldestState) {
            throw refused("failed to load initial tipset: block was not found locally");
        }
        var cid = Cid.dagCbor(new byte[0]);
        return senders.contains(actor)
                ? Optional.of(new ActorState(cid, cid, chainNonce(tips, actor), balance, Optional.empty()))
                : Optional.empty();
    }

    @Override
    public Message gasEstimateMessageGas(Message message, MessageSendSpec spec) {
        reach("estimate");
        return estimated(message);
    }

    private synchronized Message estimated(Message message) {
        return message.withGas(GAS_LIMIT, feeCap, premium.min(feeCap));
    }

    @Override
    public synchronized TokenAmount gasEstimateGasPremium(long blocks, Address from, long gasLimit, TipSetKey key) {
        return premium;
    }

    @Override
    public synchronized long mpoolGetNonce(Address from) {
        reach("nonce");
        long nonce = chainNonce(chain.size(), from);
        while (pool.at(from, nonce).isPresent()) {
            nonce++;
        }
        return nonce;
    }

    @Override
    public synchronized Cid mpoolPush(SignedMessage signed) {
        reach("push");
        pushes.add(signed.toCbor());
        var message = signed.message();
        if (!Signatures.verify(message.from(), message.signingBytes(), signed.signature())) {
            throw refused("signature verification failed: failed to validate signature");
        }
        long expected = chainNonce(chain.size(), message.from());
        if (message.nonce() < expected) {
            throw refused(
                    "minimum expected nonce is " + expected + ", got " + message.nonce() + ": message nonce too low");
        }
        if (refused.test(message)) {
            throw refused("mpool push: not enough funds to execute transaction");
        }
        pool.push(signed, losesPushes);
        reach("push!");
        return signed.cid();
    }

    private static RpcException refused(String words) {
        return FakePool.refused(words);
    }

    /** The node cannot be reached. */
    static RpcException unreachable() {
        return RpcException.unanswered(RpcErrorCode.NODE_UNREACHABLE, "MpoolPush", "connection refused");
    }

    /** The node refuses a message for what it is. */
    static RpcException refusedForWhatItIs() {
        return refused("message not valid for block inclusion: 'GasLimit' field 0 must be positive");
    }

    @Override
    public synchronized List<SignedMessage> mpoolPending(TipSetKey key) {
        reach("pending");
        return pool.all();
    }

    /** As Lotus: the lookup's tipset is the child of the one that carries the message. */
    @Override
    public Optional<MessageLookup> stateSearchMsg(TipSetKey from, Cid message, long lookback, boolean allowReplaced) {
        reach("search");
        return searched(message, lookback, allowReplaced);
    }

    private synchronized Optional<MessageLookup> searched(Cid message, long lookback, boolean allowReplaced) {
        var wanted = pool.everTaken(message);
        if (lacksMessages || wanted.isEmpty()) {
            return Optional.empty();
        }
        int first = lookback < 0 ? 0 : Math.max(0, chain.size() - (int) lookback);
        for (int i = first; i + 1 < chain.size(); i++) {
            for (var signed : chain.get(i).messages()) {
                boolean hasItsNonce =
                        signed.message().from().equals(wanted.get().message().from())
                                && signed.message().nonce()
                                        == wanted.get().message().nonce();
                boolean replaces = allowReplaced
                        && hasItsNonce
                        && FakePool.isSame(signed.message(), wanted.get().message());
                if (signed.cid().equals(message) || replaces) {
                    var child = chain.get(i + 1).tipSet();
                    return Optional.of(new MessageLookup(signed.cid(), receipt(), child.key(), child.height()));
                }
                if (hasItsNonce) {
                    throw refused("found message with equal nonce as the one we are looking for that is NOT a valid"
                            + " replacement message");
                }
            }
        }
        return Optional.empty();
    }
}
