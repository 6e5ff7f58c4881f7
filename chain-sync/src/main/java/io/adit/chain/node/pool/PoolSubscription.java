package io.adit.chain.node.pool;

import io.adit.chain.node.HeadChange;
import io.adit.chain.node.HeadSubscription;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.Epoch;
import io.adit.core.time.Strand;
import io.adit.core.time.Timeline;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The head's channel over several nodes: subscribed to one at a time, and to another when that one is no longer good, is
 * not the primary any more, or brings nothing while others' heads advance. Each node begins with {@code CURRENT}, as
 * after any reconnect.
 */
final class PoolSubscription implements HeadSubscription {
    private static final Logger log = LoggerFactory.getLogger(NodePool.class);

    private final Roster roster;
    private final Timeline timeline;
    private final Duration silence;
    private final Duration tick;
    private final Consumer<List<HeadChange>> listener;
    private final Lock delivering;
    private volatile @Nullable Strand strand;
    private volatile @Nullable Channel channel;
    private volatile boolean closed;

    PoolSubscription(Roster roster, Timeline timeline, PoolOptions options, Consumer<List<HeadChange>> listener) {
        this.roster = roster;
        this.timeline = timeline;
        this.silence = options.channelSilence();
        this.tick = options.probeInterval();
        this.listener = listener;
        this.delivering = timeline.newLock();
    }

    void start() {
        strand = timeline.start(Strand.Kind.VIRTUAL, "node-heads", this::follow);
    }

    @Override
    public boolean connected() {
        var now = channel;
        return now != null && now.connected();
    }

    @Override
    public void close() {
        closed = true;
        var following = strand;
        if (following != null) {
            following.interrupt();
        }
        drop();
        roster.ended(this);
    }

    private void drop() {
        var now = channel;
        channel = null;
        if (now != null) {
            now.end();
        }
    }

    private void follow() {
        long seen = 0;
        try {
            while (!closed) {
                try {
                    move();
                } catch (RuntimeException e) {
                    log.warn("Subscribing to the head: {}", e.getMessage());
                }
                seen = roster.awaitJudgement(seen, tick);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        drop();
    }

    /** Subscribes elsewhere where there is a reason to. */
    private void move() {
        var primary = roster.primary();
        var now = channel;
        if (primary.isEmpty()) {
            // A liar's heads are worse than none.
            if (now != null && now.member.verdict().fenced()) {
                drop();
            }
            return;
        }
        if (now == null) {
            open(primary.get(), primary.get());
        } else if (now.isWorseThan(primary.get())) {
            open(primary.get(), primary.get());
        } else if (now.silentFor() > silence.toNanos()) {
            var next = roster.alternative(now.member).orElse(now.member);
            log.warn(
                    "Full node {} brings no heads while others have them; following {} now",
                    now.member.name,
                    next.name);
            open(next, primary.get());
        }
    }

    private void open(Member member, Member primary) {
        drop();
        var next = new Channel(member, primary);
        channel = next;
        next.open();
        if (closed) {
            next.end();
        }
    }

    /** The channel to one node. */
    private final class Channel {
        private final Member member;
        private final Member primary;
        private volatile @Nullable HeadSubscription inner;
        private volatile boolean ended;
        private volatile Optional<Epoch> last = Optional.empty();
        private boolean mute;
        private long muteSince;

        Channel(Member member, Member primary) {
            this.member = member;
            this.primary = primary;
        }

        void open() {
            inner = member.node.chainNotify(this::deliver);
        }

        /** Whether there is a new primary since, or this node is no longer good and the primary is. */
        boolean isWorseThan(Member nowPrimary) {
            if (member.equals(nowPrimary)) {
                return false;
            }
            return !primary.equals(nowPrimary)
                    || nowPrimary.verdict().rank() < member.verdict().rank();
        }

        boolean connected() {
            var now = inner;
            return now != null && now.connected();
        }

        void end() {
            ended = true;
            var now = inner;
            if (now != null) {
                now.close();
            }
        }

        private void deliver(List<HeadChange> changes) {
            delivering.lock();
            try {
                if (ended || closed || changes.isEmpty()) {
                    return;
                }
                last = Optional.of(changes.getLast()).map(HeadChange::tipSet).map(TipSet::height);
                listener.accept(changes);
            } finally {
                delivering.unlock();
            }
        }

        /** Nanoseconds since it first was behind, or closed, at a look at it; zero when all is well. */
        long silentFor() {
            var best = roster.bestHeight();
            boolean behind = best.isPresent() && (last.isEmpty() || last.get().isBefore(best.get()));
            boolean isMute = behind || !connected();
            if (isMute && !mute) {
                muteSince = timeline.nanoTime();
            }
            mute = isMute;
            return mute ? timeline.nanoTime() - muteSince : 0;
        }
    }
}
