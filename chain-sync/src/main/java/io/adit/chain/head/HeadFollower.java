package io.adit.chain.head;

import io.adit.chain.node.ChainApi;
import io.adit.chain.node.HeadSubscription;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Epoch;
import io.adit.core.time.Strand;
import io.adit.core.time.SystemTimeline;
import io.adit.core.time.Timeline;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the head of a node's chain. It does not trust the steps of {@code ChainNotify} to be complete: of each batch
 * only the tipset it ends at counts, and from there the parents are walked, through what the batches brought, through
 * what is known, and through the node, until the old chain is met. So gaps after a reconnect, bursts and reorgs are all
 * the same case. While the node cannot give a parent, the view stays as it is and the walk is tried again.
 *
 * <p>The view begins with the first head heard of and grows with the chain; history before that is the node's.
 */
public final class HeadFollower implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(HeadFollower.class);

    /** Enough for a walk to finality with room for forks; a target that stays out of reach gathers no more. */
    private static final int MOST_TIP_SETS = 4096;

    private final ChainApi node;
    private final HeadOptions options;
    private final Timeline timeline;
    private final HeadMail mail;
    private final List<ListenerLane> lanes = new CopyOnWriteArrayList<>();
    private final Object moving = new Object();
    private volatile ChainView view = ChainView.EMPTY;
    private volatile boolean closed;
    private @Nullable HeadSubscription subscription;
    private @Nullable Strand strand;

    /** Makes a follower in real time; {@link #start} begins. */
    public HeadFollower(ChainApi node, HeadOptions options) {
        this(node, options, new SystemTimeline());
    }

    /** Makes a follower that waits in the given time; {@link #start} begins. */
    public HeadFollower(ChainApi node, HeadOptions options, Timeline timeline) {
        this.node = node;
        this.options = options;
        this.timeline = timeline;
        this.mail = new HeadMail(MOST_TIP_SETS, timeline);
    }

    /** Subscribes to the node. Returns at once; the head is known when the first update arrives. */
    public synchronized void start() {
        if (subscription == null && !closed) {
            strand = timeline.start(Strand.Kind.VIRTUAL, "head-follower", this::run);
            subscription = node.chainNotify(mail::add);
        }
    }

    /** The chain as it is known now; a snapshot that does not change. */
    public ChainView view() {
        return view;
    }

    /**
     * Adds a listener. When a head is known, it is told at once, with nothing applied or reverted.
     *
     * @return removes the listener again
     */
    public Runnable listen(Delivery delivery, HeadListener listener) {
        var lane = new ListenerLane(listener, delivery, options.maxWaiting(), timeline);
        synchronized (moving) {
            view.head().ifPresent(head -> lane.offer(new HeadUpdate(head, List.of(), List.of(), true)));
            lanes.add(lane);
        }
        lane.start();
        return () -> {
            lanes.remove(lane);
            lane.close();
        };
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (subscription != null) {
            subscription.close();
        }
        if (strand != null) {
            strand.interrupt();
        }
        lanes.forEach(ListenerLane::close);
    }

    private void run() {
        var known = new KnownTipSets(MOST_TIP_SETS);
        Optional<TipSetKey> target = Optional.empty();
        try {
            while (!closed) {
                try {
                    target = nextTarget(known, target);
                    if (target.isPresent() && reach(target.get(), known)) {
                        target = Optional.empty();
                        known.clear();
                    }
                } catch (RuntimeException e) {
                    // A follower that ends because of one answer would leave every deadline unwatched.
                    log.error("Following the head", e);
                    timeline.sleep(options.retryPause());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for news and answers the tipset they end at; keeps an old target while nothing newer comes. */
    private Optional<TipSetKey> nextTarget(KnownTipSets known, Optional<TipSetKey> unreached)
            throws InterruptedException {
        var newest = mail.take(unreached.isPresent() ? options.retryPause() : options.pollAfter(), known);
        if (newest.isPresent()) {
            return newest;
        }
        return unreached.isPresent() ? unreached : polledHead(known);
    }

    private Optional<TipSetKey> polledHead(KnownTipSets known) {
        try {
            var head = node.chainHead();
            known.put(head);
            return Optional.of(head.key());
        } catch (AditException e) {
            log.info("Asking for the head after a silence: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /** Moves the view to a tipset; answers false when the node could not give what is needed for it. */
    private boolean reach(TipSetKey target, KnownTipSets known) {
        try {
            move(tipSet(target, known), known);
            return true;
        } catch (AditException e) {
            log.info("Walking to the new head {}: {}", target.cids(), e.getMessage());
            return false;
        }
    }

    private void move(TipSet head, KnownTipSets known) {
        var before = view;
        if (before.head().map(TipSet::key).equals(Optional.of(head.key()))) {
            return;
        }
        var walk = walkBack(before, head, known);
        var reverted = walk.meeting().map(before::above).orElseGet(before::newestFirst);
        boolean complete = walk.meeting().isPresent() || before.head().isEmpty();
        publish(
                before.upTo(walk.meeting(), walk.applied(), options.finality()),
                new HeadUpdate(head, reverted, walk.applied(), complete));
    }

    /** From the new head down to where the old chain is met, or until there is no sense in going on. */
    private Walk walkBack(ChainView before, TipSet head, KnownTipSets known) {
        var applied = new ArrayDeque<TipSet>();
        var oldest = before.oldest();
        var at = head;
        while (!before.contains(at)) {
            applied.addFirst(at);
            boolean ends = at.parents().isEmpty() || at.height().value() == 0;
            boolean belowAll = oldest.isEmpty() || !at.height().isAfter(oldest.get());
            // What was heard of is walked however deep; asking the node has an end.
            boolean tooDeep = head.height().minus(at.height()) >= options.finality() && !isAtHand(at.parents(), known);
            if (ends || belowAll || tooDeep) {
                return new Walk(Optional.empty(), List.copyOf(applied));
            }
            at = parent(at, known);
        }
        return new Walk(Optional.of(at.height()), List.copyOf(applied));
    }

    private boolean isAtHand(TipSetKey key, KnownTipSets known) {
        return known.find(key).isPresent() || view.find(key).isPresent();
    }

    private TipSet parent(TipSet child, KnownTipSets known) {
        var parent = tipSet(child.parents(), known);
        if (parent.height().isBefore(child.height())) {
            return parent;
        }
        throw RpcException.unanswered(
                RpcErrorCode.ANSWER_NOT_UNDERSTOOD,
                "ChainGetTipSet",
                "the parent of the tipset of epoch " + child.height() + " says it is of epoch " + parent.height());
    }

    private TipSet tipSet(TipSetKey key, KnownTipSets known) {
        var atHand = known.find(key).or(() -> view.find(key));
        if (atHand.isPresent()) {
            return atHand.get();
        }
        var answered = node.chainGetTipSet(key);
        if (!answered.key().equals(key)) {
            throw RpcException.unanswered(
                    RpcErrorCode.ANSWER_NOT_UNDERSTOOD,
                    "ChainGetTipSet",
                    "asked for " + key.cids() + ", answered with "
                            + answered.key().cids());
        }
        known.put(answered);
        return answered;
    }

    private void publish(ChainView next, HeadUpdate update) {
        synchronized (moving) {
            view = next;
            lanes.forEach(lane -> lane.offer(update));
        }
    }

    /** Where a walk met the old chain, and the tipsets above that, oldest first. */
    private record Walk(Optional<Epoch> meeting, List<TipSet> applied) {}
}
