package io.adit.core.slash;

import io.adit.core.error.AditException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes of a write that fails: nobody knows what is on the disk then, so the guard is in doubt until its files were read
 * again. That is tried at once, and then later and later while it fails too.
 */
final class WriteTrouble {
    private static final Logger LOG = LoggerFactory.getLogger(WriteTrouble.class);
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final GuardSettings settings;
    private final InstantSource clock;
    private final Doubts doubts;
    private Optional<String> ended = Optional.empty();
    private Instant since = Instant.MIN;
    private Duration pause = Duration.ZERO;

    WriteTrouble(GuardSettings settings, InstantSource clock, Doubts doubts) {
        this.settings = settings;
        this.clock = clock;
        this.doubts = doubts;
    }

    /** Something that writes. */
    interface Step {
        void run() throws IOException;
    }

    void write(String doing, Step step) {
        // In doubt from before the first byte: an error for want of memory may come anywhere, and leave none to say so.
        boolean isNew = doubts.add(Doubt.LOG_UNWRITABLE);
        try {
            step.run();
            if (isNew) {
                doubts.remove(Doubt.LOG_UNWRITABLE);
            }
        } catch (GuardLog.SharedException e) {
            // Reading it again would let two processes take turns, until both write at once.
            end(e.getMessage() + "; make sure that nothing else does, and restart");
            throw failed(doing, e, isNew);
        } catch (IOException e) {
            throw failed(doing, e, isNew);
        } catch (RuntimeException | Error e) {
            doubts.add(Doubt.LOG_UNWRITABLE, e.toString());
            throw e;
        }
    }

    AditException failed(String doing, IOException e) {
        return failed(doing, e, !doubts.has(Doubt.LOG_UNWRITABLE));
    }

    private AditException failed(String doing, IOException e, boolean isNew) {
        var refusal = unwritable(doing + " the slash guard's log " + settings.log() + " and its anchor", e);
        doubts.add(Doubt.LOG_UNWRITABLE, String.valueOf(e.getMessage()));
        if (isNew) {
            LOG.error("The slash guard of {} stops until it can be written again", settings.miner(), refusal);
        }
        return refusal;
    }

    static AditException unwritable(String doing, IOException e) {
        return new AditException(SlashErrorCode.SLASH_LOG_UNWRITABLE, doing + ": " + e.getMessage(), e);
    }

    /** Nothing is written any more, nor read. */
    void end(String why) {
        ended = Optional.of(why);
    }

    boolean hasEnded() {
        return ended.isPresent();
    }

    /** @throws AditException {@link SlashErrorCode#SLASH_LOG_UNWRITABLE} if it has */
    void requireNotEnded() {
        ended.ifPresent(why -> {
            throw refusal(why);
        });
    }

    /**
     * Begins the next pause, longer than the last. A clock that was set back ends one.
     *
     * @throws AditException {@link SlashErrorCode#SLASH_LOG_UNWRITABLE} while the last is not over
     */
    void pause() {
        var now = clock.instant();
        if (!now.isBefore(since) && now.isBefore(since.plus(pause))) {
            throw refusal(doubts.detail() + "; it is read again in a moment");
        }
        since = now;
        var next = pause.isZero() ? FIRST : pause.multipliedBy(2);
        pause = next.compareTo(LONGEST) < 0 ? next : LONGEST;
    }

    void isOver() {
        pause = Duration.ZERO;
    }

    private AditException refusal(String why) {
        return new AditException(
                SlashErrorCode.SLASH_LOG_UNWRITABLE, "using the slash guard of " + settings.miner() + ": " + why);
    }
}
