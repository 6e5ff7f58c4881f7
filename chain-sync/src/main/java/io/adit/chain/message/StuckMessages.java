package io.adit.chain.message;

import io.adit.core.state.MessageRecord;
import io.adit.core.time.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Finds messages that neither waiting nor replacing has brought into the chain: told by time and from the rows alone, so also
 * while no node answers.
 */
public final class StuckMessages {
    /** Half a window: a proof that takes longer has been replaced some times in vain. */
    private static final Duration URGENT = Duration.ofMinutes(15);

    private static final Duration USUAL = Duration.ofHours(2);

    /** A wish without an end that is not signed and that nobody has tried for so long was given up by its maker. */
    private static final Duration FORGOTTEN = Duration.ofDays(1);

    private final StoredMessages stored;
    private final OutboxPolicy policy;
    private final OverdueWishes overdue;
    private final Predicate<SignedWish> isExecuted;
    private final Timeline timeline;

    /** @param isExecuted whether its nonce is used on the chain as it was seen last, however shallow: that settles by itself */
    StuckMessages(
            StoredMessages stored,
            OutboxPolicy policy,
            OverdueWishes overdue,
            Predicate<SignedWish> isExecuted,
            Timeline timeline) {
        this.stored = stored;
        this.policy = policy;
        this.overdue = overdue;
        this.isExecuted = isExecuted;
        this.timeline = timeline;
    }

    /** One sentence for each, the oldest first. */
    public List<String> list() {
        var now = timeline.instant();
        var stuck = new ArrayList<MessageRecord>();
        stored.intents().stream()
                .filter(wish -> wish.createdAt().plus(patience(wish)).isBefore(now))
                .filter(wish -> isWanted(wish, now))
                .forEach(stuck::add);
        stored.underWay().stream()
                .filter(isExecuted.negate())
                .filter(wish -> wish.candidates()
                        .getFirst()
                        .createdAt()
                        .plus(inChain(wish.priority()))
                        .isBefore(now))
                .map(SignedWish::record)
                .forEach(stuck::add);
        return stuck.stream()
                .sorted((one, other) -> one.createdAt().compareTo(other.createdAt()))
                .map(wish -> words(wish, now))
                .toList();
    }

    /** What is not signed yet may wait for a lower base fee first. */
    private Duration patience(MessageRecord wish) {
        var priority = MessagePriority.ofWeight(wish.priority());
        var wait = policy.baseFeeWait().map(BaseFeeWait::longest).orElse(Duration.ZERO);
        return priority.keepsPower() ? URGENT : USUAL.plus(wait);
    }

    /** What has an end is wanted until then, tried or not: nothing tries while no head comes. */
    private boolean isWanted(MessageRecord wish, Instant now) {
        return OverdueWishes.hasEnd(wish)
                ? !overdue.isOver(wish)
                : wish.updatedAt().plus(FORGOTTEN).isAfter(now);
    }

    private static Duration inChain(MessagePriority priority) {
        return priority.keepsPower() ? URGENT : USUAL;
    }

    private static String words(MessageRecord wish, Instant now) {
        return Stream.of(
                        "message %s (lane %s) is %s for %d minutes"
                                .formatted(
                                        wish.intentKey(),
                                        MessagePriority.ofWeight(wish.priority())
                                                .laneName(),
                                        wish.nonce().isPresent() ? "signed and not settled in the chain" : "not signed",
                                        Duration.between(wish.createdAt(), now).toMinutes()),
                        wish.error().orElse("see `adit messages show`"))
                .reduce((what, why) -> what + ": " + why)
                .orElseThrow();
    }
}
