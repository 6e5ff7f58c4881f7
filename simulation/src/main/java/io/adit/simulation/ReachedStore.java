package io.adit.simulation;

import io.adit.core.error.AditException;
import io.adit.core.state.ForwardingStateStore;
import io.adit.core.state.StateErrorCode;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import io.adit.core.time.Timeline;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;

/** The database as somebody reaches it, or does not. */
final class ReachedStore extends ForwardingStateStore {
    private static final Duration A_MOMENT = Duration.ofSeconds(1);

    /** What becomes of what is asked. */
    enum Way {
        OPEN,
        /** The connection is dead without anybody noticing: it is done once it is alive again. */
        DEAD,
        /** It fails at once. */
        REFUSED
    }

    private final Timeline timeline;
    private final Supplier<Way> way;

    ReachedStore(StateStore store, Timeline timeline, Supplier<Way> way) {
        super(store);
        this.timeline = timeline;
        this.way = way;
    }

    private void reach() {
        try {
            while (way.get() == Way.DEAD) {
                timeline.sleep(A_MOMENT);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (way.get() == Way.REFUSED) {
            throw new AditException(StateErrorCode.STATE_SERVER_AWAY, "asking the database: connection refused");
        }
    }

    @Override
    public <T> T transact(Function<Tx, T> work) {
        reach();
        return super.transact(work);
    }

    @Override
    public <T> T read(Function<Tx, T> work) {
        reach();
        return super.read(work);
    }

    @Override
    public void close() {
        // It is another's to close.
    }
}
