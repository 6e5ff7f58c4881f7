package io.adit.chain.message;

import io.adit.chain.node.FullNode;
import io.adit.core.error.AditException;
import io.adit.core.fil.Epoch;
import io.adit.core.state.MessageRecord;
import io.adit.core.time.Timeline;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Proofs and declarations that were not signed before their end: they do nothing any more, whoever asked for them, and are given
 * up. Not before that is sure: a head may be ahead of the truth or be undone, and a maker who goes on is not to be told that
 * its message was cancelled.
 */
final class OverdueWishes {
    private static final Logger LOG = LoggerFactory.getLogger(OverdueWishes.class);

    /** Their makers try at each head, which is noted at least twice in that time. */
    private static final Duration UNTRIED = Duration.ofHours(1);

    private final FullNode node;
    private final StoredMessages stored;
    private final Timeline timeline;
    private volatile Optional<Epoch> seen = Optional.empty();

    OverdueWishes(FullNode node, StoredMessages stored, Timeline timeline) {
        this.node = node;
        this.stored = stored;
        this.timeline = timeline;
    }

    /** To be called at each head. */
    void look() {
        var ending = ending();
        if (ending.isEmpty()) {
            return;
        }
        try {
            seen = Optional.of(node.chainHead().height());
        } catch (AditException e) {
            LOG.debug("Whether messages that are not signed are over is not known: {}", e.getMessage());
            return;
        }
        var deep = new Epoch(Math.max(0, seen.get().value() - MessageOutbox.SETTLED_DEPTH));
        var untriedSince = timeline.instant().minus(UNTRIED);
        ending.stream()
                .filter(wish -> isBefore(wish, deep) && wish.updatedAt().isBefore(untriedSince))
                .forEach(wish -> {
                    LOG.info(
                            "{} was not signed before its end, epoch {}: it is given up", wish.intentKey(), wish.due());
                    stored.dropped(
                            wish.intentKey(),
                            "it was not signed before its end"
                                    + wish.error().map(why -> ": " + why).orElse(""));
                });
    }

    private List<MessageRecord> ending() {
        return stored.intents().stream().filter(OverdueWishes::hasEnd).toList();
    }

    /** Whether nobody wants it any more, by the last head that was seen. */
    boolean isOver(MessageRecord wish) {
        return hasEnd(wish) && seen.filter(head -> isBefore(wish, head)).isPresent();
    }

    /** Whether it does nothing from an epoch on. */
    static boolean hasEnd(MessageRecord wish) {
        return MessagePriority.ofWeight(wish.priority()).keepsPower()
                && wish.due().isPresent();
    }

    private static boolean isBefore(MessageRecord wish, Epoch head) {
        return wish.due().filter(due -> due.isBefore(head)).isPresent();
    }
}
