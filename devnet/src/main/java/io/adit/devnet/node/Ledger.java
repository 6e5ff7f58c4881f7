package io.adit.devnet.node;

import io.adit.chain.node.Block;
import io.adit.chain.node.HeadChange;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.time.Timeline;
import io.adit.devnet.actor.ActorType;
import io.adit.devnet.actor.Genesis;
import io.adit.devnet.actor.MinerState;
import io.adit.devnet.actor.StateTree;
import io.adit.devnet.chain.BlockRefusedException;
import io.adit.devnet.chain.Chain;
import io.adit.devnet.chain.ChainLog;
import io.adit.devnet.chain.Link;
import io.adit.devnet.chain.Production;
import io.adit.devnet.chain.Weights;
import io.adit.devnet.pool.MessagePool;
import io.adit.devnet.pool.MessageRefusedException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chain and message pool as one thing: takes messages, makes blocks, begins forks, tells listeners. Also where the control
 * hooks take hold (null rounds, dropped messages, a fixed base fee, a head that is lied about).
 */
public final class Ledger {
    private static final long FAUCET_GAS_LIMIT = 5_000_000;
    private static final BigInteger FAUCET_PREMIUM = BigInteger.valueOf(100_000);
    private static final int WINDOW_POST_METHOD = 5;

    private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);

    private final Chain chain;
    private final Production production;
    private final MessagePool pool = new MessagePool();
    private final Lock lock;
    private final Condition moved;
    private final List<Consumer<List<HeadChange>>> listeners = new CopyOnWriteArrayList<>();
    private Optional<BigInteger> fixedBaseFee = Optional.empty();
    private BigInteger leastPremium = BigInteger.ZERO;
    private long nullRounds;
    private final MessageFaults messageFaults = new MessageFaults();
    private final Arrivals arrivals = new Arrivals();
    private final ConsensusFaults consensusFaults;
    private volatile long lie;
    /** The epoch that began last, where providers make blocks. */
    private volatile long begun;
    /** No provider is eligible from this epoch on, up to {@link #nullUntil}. */
    private volatile long nullFrom;

    private volatile long nullUntil = -1;

    /**
     * Takes up the messages that were pushed before a restart and never landed.
     *
     * @param timeline in which those who ask for what is not there yet wait for it
     */
    public Ledger(Chain chain, Production production, Timeline timeline, Optional<ChainLog> log) {
        this.chain = chain;
        this.production = production;
        this.lock = timeline.newLock();
        this.moved = lock.newCondition();
        this.begun = chain.head().height();
        this.consensusFaults = new ConsensusFaults(chain);
        log.map(ChainLog::replay).orElse(List.of()).forEach(entry -> {
            if (entry instanceof ChainLog.Entry.Pushed pushed) {
                takeAgain(pushed.message());
            }
        });
    }

    private void takeAgain(SignedMessage message) {
        try {
            pool.push(message, chain.head().after());
        } catch (MessageRefusedException landedOrReplaced) {
            // Its nonce is used up or a dearer message has its place: nothing is lost.
        }
    }

    public Chain chain() {
        return chain;
    }

    /** The head that clients are shown: the real one unless the devnet is told to lie. */
    public Link shownHead() {
        var head = chain.head();
        return lie == 0 ? head : head.ancestorAt(head.height() - lie);
    }

    /** The epoch that has begun last; where the devnet makes the blocks, the head's. */
    public long now() {
        return production.takesBlocks() ? begun : chain.head().height();
    }

    /** Whether providers make the blocks. */
    public boolean takesBlocks() {
        return production.takesBlocks();
    }

    private <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    private void lockedDo(Runnable work) {
        locked(() -> {
            work.run();
            return true;
        });
    }

    /** Takes a message into the pool, durably. */
    public Cid push(SignedMessage message) {
        return locked(() -> {
            if (messageFaults.holds(message, now())) {
                return message.cid();
            }
            return take(message);
        });
    }

    private Cid take(SignedMessage message) {
        var cid = pool.push(message, chain.head().after());
        chain.pushed(message);
        arrivals.forgetBefore(now() - Chain.MAX_FORK);
        arrivals.came(message, production.takesBlocks() ? begun : chain.head().height() + 1);
        return cid;
    }

    /** Takes the messages that have been late for long enough; one that cannot be taken any more is lost, as on a network. */
    private void takeDelayed() {
        for (var late : messageFaults.due(now())) {
            try {
                take(late);
            } catch (MessageRefusedException tooLate) {
                LOG.info("a delayed message is refused: {}", tooLate.getMessage());
            }
        }
    }

    /** The nonce with which a sender's next message continues. */
    public long nextNonce(Address sender) {
        return locked(() -> pool.nextNonce(sender, chain.head().after()));
    }

    public List<SignedMessage> pending() {
        return locked(pool::pending);
    }

    /**
     * What a block on top of a link would carry. Messages of blocks that such a block would leave aside count as pending.
     */
    public List<SignedMessage> select(Link base) {
        return locked(() -> {
            var head = chain.head();
            if (base == head) {
                return pool.select(head.after(), nextBaseFee(), leastPremium);
            }
            var view = new MessagePool();
            for (var waiting : pool.pending()) {
                try {
                    view.push(waiting, base.after());
                } catch (MessageRefusedException spent) {
                    // Its nonce is used up there.
                }
            }
            for (var change : HeadMove.between(head, base).reverted()) {
                view.reverted(change);
            }
            return view.select(base.after(), baseFeeOn(base), leastPremium);
        });
    }

    /** Base fee of the next block. */
    public BigInteger nextBaseFee() {
        return baseFeeOn(chain.head());
    }

    /** Base fee of a block on top of a link. */
    public BigInteger baseFeeOn(Link base) {
        return fixedBaseFee.orElse(base.nextBaseFee());
    }

    /** Gives money away. It arrives with the next block. */
    public Cid fund(Address to, TokenAmount amount) {
        return locked(() -> {
            var key = chain.keys().faucet();
            var feeCap = nextBaseFee().multiply(BigInteger.TEN).add(FAUCET_PREMIUM);
            var message = new Message(
                    0,
                    to,
                    key.address(),
                    pool.nextNonce(key.address(), chain.head().after()),
                    amount,
                    FAUCET_GAS_LIMIT,
                    new TokenAmount(feeCap),
                    new TokenAmount(FAUCET_PREMIUM),
                    0,
                    new byte[0]);
            var signed = new SignedMessage(message, key.sign(message.signingBytes()));
            return take(signed);
        });
    }

    /**
     * The next epoch begins. Where the devnet makes the blocks it makes this one's, after the null rounds that were asked for.
     * Where providers do, it makes this one's only if none of them may; an epoch that ends without a block stays a null round
     * or is filled, as the production has it.
     */
    public void nextEpoch() {
        locked(() -> {
            if (!production.takesBlocks()) {
                takeDelayed();
                long height = chain.head().height() + 1 + nullRounds;
                nullRounds = 0;
                return makeBlock(height);
            }
            boolean fills = production == Production.BY_MINERS_AND_DEVNET && !isNullRound(begun);
            if (fills && chain.head().height() < begun) {
                makeBlock(begun);
            }
            long next = begun + 1;
            begun = next;
            if (nullRounds > 0) {
                nullFrom = next;
                nullUntil = Math.max(nullUntil, next - 1 + nullRounds);
            }
            nullRounds = 0;
            takeDelayed();
            if (!isNullRound(next) && !isLeftToMiners()) {
                makeBlock(begun);
            }
            moved.signalAll();
            return chain.head();
        });
    }

    /** Whether an epoch is to have no block, by order. */
    public boolean isNullRound(long epoch) {
        return epoch >= nullFrom && epoch <= nullUntil;
    }

    private Link makeBlock(long height) {
        var fee = nextBaseFee();
        var link = chain.extend(height, pool.select(chain.head().after(), fee, leastPremium), fee);
        pool.included(link);
        tell(List.of(new HeadChange(HeadChange.Type.APPLY, link.tipSet())));
        return link;
    }

    /** Whether some provider may make a block for the epoch that has just begun. */
    private boolean isLeftToMiners() {
        var right = chain.miningRight(chain.head(), begun);
        return chain.head().before().all(ActorType.MINER).stream()
                .anyMatch(miner -> right.hasSectors(miner) && right.isEligible(miner));
    }

    /**
     * Takes a provider's block. A block that is known already is taken in silence, as by Lotus.
     *
     * @throws BlockRefusedException when it is not valid; nothing has changed then
     */
    public void submit(Block submitted) {
        locked(() -> {
            if (chain.findFullBlock(submitted.header().cid()).isPresent()) {
                return false;
            }
            var valid = chain.blockCheck().check(submitted, begun, this::isNullRound, this::baseFeeOn);
            consensusFaults.look(submitted.header());
            var before = chain.head();
            chain.accept(valid.parents(), valid.block());
            var move = HeadMove.between(before, chain.head());
            move.reverted().forEach(pool::reverted);
            move.applied().forEach(pool::included);
            if (!move.isNone()) {
                tell(move.changes());
            }
            return true;
        });
    }

    /**
     * Replaces the last {@code depth} tipsets by a fork that is one longer. Messages of the abandoned blocks go back to the
     * pool and land on the fork again; none lands in a block whose time was before the message came. Where providers make
     * blocks the fork has a block for every epoch up to the head's, and more wins than what it replaces.
     *
     * @throws IllegalArgumentException for a depth beyond finality
     */
    public Link reorg(int depth) {
        if (depth > Chain.MAX_FORK) {
            throw new IllegalArgumentException(
                    "a fork of " + depth + " tipsets is deeper than finality, " + Chain.MAX_FORK);
        }
        return locked(() -> {
            requireForkable(depth);
            if (production.takesBlocks()) {
                // Of depth one it would be a block on the head's own parents, and such blocks share a tipset.
                return forkInPlace(Math.max(depth, 2));
            }
            var base = chain.head();
            var changes = new ArrayList<HeadChange>();
            int blocks = 1;
            for (int step = 0; step < depth && base.parent().isPresent(); step++) {
                changes.add(new HeadChange(HeadChange.Type.REVERT, base.tipSet()));
                pool.reverted(base);
                blocks++;
                base = base.parent().get();
            }
            var fee = base.nextBaseFee();
            var link = chain.fork(base, inTime(base, fee), fee);
            pool.included(link);
            changes.add(new HeadChange(HeadChange.Type.APPLY, link.tipSet()));
            for (int made = 1; made < blocks; made++) {
                link = chain.extend(link.height() + 1, inTime(link, link.nextBaseFee()), link.nextBaseFee());
                pool.included(link);
                changes.add(new HeadChange(HeadChange.Type.APPLY, link.tipSet()));
            }
            tell(changes);
            return link;
        });
    }

    /** What a fork's next block on a link carries: only messages that were sent before that block's own time. */
    private List<SignedMessage> inTime(Link base, BigInteger fee) {
        return arrivals.knownAt(base.height() + 1, pool.select(base.after(), fee, leastPremium));
    }

    /** What providers' valid blocks of this run show that would cost their miners their rewards; empty is well. */
    public List<String> consensusFaults() {
        return locked(consensusFaults::found);
    }

    private Link forkInPlace(int depth) {
        var before = chain.head();
        var base = before;
        long wins = 0;
        for (int step = 0; step < depth && base.parent().isPresent(); step++) {
            pool.reverted(base);
            wins = Math.max(wins, Weights.wins(base.tipSet()));
            base = base.parent().get();
        }
        var link = base;
        while (link.height() < before.height()) {
            var fee = baseFeeOn(link);
            link = chain.fork(link, link.height() + 1, wins + 1, inTime(link, fee), fee);
            pool.included(link);
        }
        tell(HeadMove.between(before, link).changes());
        return link;
    }

    private void requireForkable(int depth) {
        var base = chain.head();
        for (int step = 0; step < depth && base.parent().isPresent(); step++) {
            base = base.parent().get();
        }
        if (!base.hasState()) {
            throw new IllegalArgumentException(
                    "the state at epoch " + base.height() + " is not kept any more: forks upon forks went too deep");
        }
    }

    private void tell(List<HeadChange> changes) {
        moved.signalAll();
        listeners.forEach(listener -> listener.accept(changes));
    }

    /** Calls the listener with the present head, then with every change in order. It must not block. */
    void listen(Consumer<List<HeadChange>> listener) {
        locked(() -> {
            listener.accept(
                    List.of(new HeadChange(HeadChange.Type.CURRENT, shownHead().tipSet())));
            return listeners.add(listener);
        });
    }

    void forget(Consumer<List<HeadChange>> listener) {
        listeners.remove(listener);
    }

    /** Waits for the head to move until the condition holds or time is up. */
    boolean await(BooleanSupplier condition, long millis) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(millis);
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    return false;
                }
                left = moved.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The next block is preceded by this many null rounds (on top of those already asked for). Where providers make blocks, none
     * of them is eligible for so many epochs that begin from now on: what is not won is not signed either, so that a lone producer
     * can go on on the same parents without a fault.
     */
    public void skip(long rounds) {
        locked(() -> nullRounds += rounds);
    }

    /** The next pushed messages are answered as taken and thrown away. */
    public void dropNext(int count) {
        lockedDo(() -> messageFaults.dropNext(count));
    }

    /**
     * The next pushed messages are answered as taken and reach the pool that many epochs later. They are on nobody's disk
     * meanwhile.
     */
    public void delayNext(int count, long epochs) {
        lockedDo(() -> messageFaults.delayNext(count, epochs));
    }

    /** Keeps the base fee of all further blocks; empty gives it back to the chain's own rule. */
    public void fixBaseFee(Optional<BigInteger> atto) {
        locked(() -> {
            fixedBaseFee = atto;
            return atto;
        });
    }

    /** As when blocks are full: from now on they carry only what leaves their producer so many attoFIL of each gas unit. */
    public void askPremium(BigInteger least) {
        lockedDo(() -> leastPremium = least);
    }

    /** The least premium that gets into a block; zero where there is room. */
    BigInteger leastPremium() {
        return locked(() -> leastPremium);
    }

    /** Shows clients a head that many epochs behind the real one. */
    public void lieAboutHead(long epochs) {
        lie = epochs;
    }

    /**
     * Whether the next block is the last chance of some provider's deadline whose sectors are not proven and for which no
     * proof waits in the pool.
     */
    public boolean lastChanceAhead() {
        return locked(() -> {
            var head = chain.head();
            long next = now() + 1 + nullRounds;
            return head.after().all(ActorType.MINER).stream()
                    .filter(id -> id != Genesis.PRODUCER && id != Genesis.FORK_PRODUCER)
                    .anyMatch(id -> endsUnproven(head.after(), id, next) && !proofWaits(id));
        });
    }

    private boolean endsUnproven(StateTree state, long id, long epoch) {
        var miner = state.read(id, MinerState.class);
        var window = miner.deadlineAt(chain.settings().policy(), epoch);
        return window.last().value() == epoch
                && miner.deadlines().get((int) window.index()).awaitsProof();
    }

    private boolean proofWaits(long id) {
        return pool.select(chain.head().after(), nextBaseFee(), leastPremium).stream()
                .map(SignedMessage::message)
                .anyMatch(message -> message.method() == WINDOW_POST_METHOD
                        && chain.head()
                                .after()
                                .resolve(message.to())
                                .filter(to -> to == id)
                                .isPresent());
    }
}
