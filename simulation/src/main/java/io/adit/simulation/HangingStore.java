package io.adit.simulation;

import io.adit.core.state.ForwardingStateStore;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import io.adit.core.time.Timeline;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** The store behind a connection that may be dead without anybody noticing: what is asked then is done once it is alive again. */
final class HangingStore extends ForwardingStateStore {
    private static final Duration A_MOMENT = Duration.ofSeconds(1);

    private final Timeline timeline;
    private final BooleanSupplier hangs;

    /** @param hangs whether it is dead */
    HangingStore(StateStore store, Timeline timeline, BooleanSupplier hangs) {
        super(store);
        this.timeline = timeline;
        this.hangs = hangs;
    }

    private void waitForConnection() {
        try {
            while (hangs.getAsBoolean()) {
                timeline.sleep(A_MOMENT);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public <T> T transact(Function<Tx, T> work) {
        waitForConnection();
        return super.transact(work);
    }

    @Override
    public <T> T read(Function<Tx, T> work) {
        waitForConnection();
        return super.read(work);
    }

    @Override
    public void close() {
        // It is another's to close.
    }
}
