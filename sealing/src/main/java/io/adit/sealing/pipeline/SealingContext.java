package io.adit.sealing.pipeline;

import io.adit.chain.message.MessageOutbox;
import io.adit.chain.node.FullNode;
import io.adit.core.fil.SectorNumber;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import io.adit.core.task.Outcome;
import io.adit.proofs.Proofs;
import io.adit.sealing.storage.StoragePaths;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Everything outside of sealing that a step may touch, and the few moves that all steps share. */
record SealingContext(
        SealingSettings settings,
        StateStore store,
        FullNode node,
        Proofs proofs,
        StoragePaths paths,
        MessageOutbox outbox,
        InstantSource clock) {

    /** The signal given when the head of the chain has changed. */
    static final String HEAD_SIGNAL = "chain.head";

    /** Given by nobody yet; names what a step waits for whose files found no room. */
    static final String SPACE_SIGNAL = "storage.space";

    /** Changes the stored sector, whatever its version is by now. */
    SectorRecord change(Tx tx, SectorNumber number, UnaryOperator<SectorRecord> change) {
        SectorRecord current = tx.sectors()
                .find(number)
                .orElseThrow(() -> new IllegalStateException("sector " + number.value() + " has no record"));
        return tx.sectors().update(change.apply(current).withUpdatedAt(clock.instant()));
    }

    /** Puts the sector into the step's state and makes the step due, also where it was done before. */
    void goTo(Tx tx, SectorNumber number, SealingStep step, UnaryOperator<SectorRecord> change) {
        change(
                tx,
                number,
                sector -> change.apply(sector).withState(step.state()).withError(Optional.empty()));
        if (!tx.tasks().enqueue(step.task(number))) {
            tx.tasks().retry(step.kind(), SealingStep.keyOf(number));
        }
    }

    /** The running step is done; the next one is due. */
    Outcome next(SectorNumber number, SealingStep step, UnaryOperator<SectorRecord> change) {
        return Outcome.done(tx -> goTo(tx, number, step, change));
    }

    /** Look again when the head has changed. */
    Outcome atNextHead(String why) {
        return new Outcome.Later(settings.headPoll(), HEAD_SIGNAL, why);
    }
}
