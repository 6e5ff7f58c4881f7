package io.adit.chain.node.pool;

import io.adit.chain.node.HeadChange;
import io.adit.chain.node.HeadSubscription;
import io.adit.chain.node.MinerSectorCount;
import io.adit.chain.node.NetworkParams;
import io.adit.chain.node.PartialFullNode;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.node.eth.EthAddress;
import io.adit.chain.node.eth.EthHash;
import io.adit.chain.node.eth.EthTransaction;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.time.Timeline;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A node over the shared chain that can hang, fail and lie. */
final class PoolNode extends PartialFullNode {
    private final SharedChain chain;
    private final Timeline timeline;
    final List<String> calls = new CopyOnWriteArrayList<>();
    final List<SignedMessage> mpool = new CopyOnWriteArrayList<>();
    /** Ethereum's transactions in the pool; those of a node beside, where they gossip. */
    volatile Set<EthHash> transactions = ConcurrentHashMap.newKeySet();

    volatile boolean hangs;
    volatile boolean hangsAfterTaking;
    volatile boolean channelIsMute;
    volatile Duration slowness = Duration.ZERO;
    volatile Optional<RuntimeException> failure = Optional.empty();
    volatile UnaryOperator<TipSet> headLie = head -> head;
    volatile NetworkParams params = SharedChain.PARAMS;
    volatile int behind;
    volatile long sectors = 5;
    volatile Optional<String> refusal = Optional.empty();

    PoolNode(SharedChain chain, Timeline timeline) {
        this.chain = chain;
        this.timeline = timeline;
    }

    private void come(String method) {
        calls.add(method);
        try {
            if (hangs) {
                timeline.sleep(Duration.ofMinutes(10));
            }
            if (!slowness.isZero()) {
                timeline.sleep(slowness);
            }
        } catch (InterruptedException e) {
            throw RpcException.unanswered(RpcErrorCode.NODE_UNREACHABLE, method, "interrupted");
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    @Override
    public TipSet chainHead() {
        come("ChainHead");
        return headLie.apply(chain.head(behind));
    }

    @Override
    public NetworkParams stateGetNetworkParams() {
        come("StateGetNetworkParams");
        return params;
    }

    @Override
    public String stateNetworkName() {
        come("StateNetworkName");
        return params.networkName();
    }

    @Override
    public MinerSectorCount stateMinerSectorCount(Address miner, TipSetKey key) {
        come("StateMinerSectorCount");
        return new MinerSectorCount(sectors, sectors, 0);
    }

    @Override
    public TipSet chainGetTipSet(TipSetKey key) {
        come("ChainGetTipSet");
        var head = chain.head(behind);
        return chain.all().stream()
                .filter(tipSet -> !tipSet.height().isAfter(head.height()))
                .filter(tipSet -> tipSet.key().equals(key))
                .findFirst()
                .orElseThrow(() -> RpcException.answered("ChainGetTipSet", 1, "block was not found locally"));
    }

    @Override
    public long mpoolGetNonce(Address sender) {
        come("MpoolGetNonce");
        return mpool.size();
    }

    @Override
    public List<SignedMessage> mpoolPending(TipSetKey key) {
        come("MpoolPending");
        return List.copyOf(mpool);
    }

    @Override
    public Cid mpoolPush(SignedMessage message) {
        come("MpoolPush");
        if (refusal.isPresent()) {
            throw RpcException.answered("MpoolPush", 1, refusal.get());
        }
        if (mpool.stream()
                .anyMatch(m -> m.message().nonce() == message.message().nonce())) {
            throw RpcException.answered("MpoolPush", 1, "message from … with nonce … already in mpool: soft");
        }
        mpool.add(message);
        if (hangsAfterTaking) {
            hangs = true;
            come("MpoolPush");
        }
        return message.cid();
    }

    @Override
    public EthHash ethSendRawTransaction(byte[] transaction) {
        come("EthSendRawTransaction");
        var hash = EthHash.ofTransaction(transaction);
        if (!transactions.add(hash)) {
            throw RpcException.answered("EthSendRawTransaction", 1, "mpool push: already in mpool");
        }
        if (hangsAfterTaking) {
            hangs = true;
            come("EthSendRawTransaction");
        }
        return hash;
    }

    @Override
    public Optional<EthTransaction> ethGetTransactionByHash(EthHash transaction) {
        come("EthGetTransactionByHash");
        return transactions.contains(transaction) ? Optional.of(waiting(transaction)) : Optional.empty();
    }

    private static EthTransaction waiting(EthHash hash) {
        var sender = new EthAddress("0x" + "11".repeat(20));
        return new EthTransaction(
                314,
                0,
                hash,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                sender,
                Optional.of(sender),
                TokenAmount.ZERO,
                2,
                new byte[0],
                1,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                new EthTransaction.Signature(BigInteger.ONE, BigInteger.ONE, BigInteger.ONE));
    }

    @Override
    public HeadSubscription chainNotify(Consumer<List<HeadChange>> listener) {
        calls.add("ChainNotify");
        listener.accept(List.of(new HeadChange(HeadChange.Type.CURRENT, headLie.apply(chain.head(behind)))));
        var stop = chain.listen(() -> {
            if (!hangs && !channelIsMute && behind == 0) {
                listener.accept(List.of(new HeadChange(HeadChange.Type.APPLY, headLie.apply(chain.head(0)))));
            }
        });
        return new HeadSubscription() {
            @Override
            public boolean connected() {
                return true;
            }

            @Override
            public void close() {
                stop.run();
            }
        };
    }
}
