package io.adit.simulation;

import io.adit.core.fil.SectorNumber;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorState;
import io.adit.core.state.StateStore;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * A sector that was begun is proven in the end, or has stopped and says why: it does not hang. Judged of sectors that had
 * a run of undisturbed epochs long enough to be sealed in, and money of this day for their messages.
 */
final class SectorsInTime implements Invariant {
    /**
     * Undisturbed epochs in which a sector is sealed from its beginning: 30 for making it, 10 until the seed, and 10 for
     * each of two messages and what must lie on them.
     */
    private static final long FAIR_CHANCE = 60;

    private static final Set<SectorState> THERE = EnumSet.of(SectorState.Proving, SectorState.FinalizeSector);

    private static final Set<SectorState> STOPPED = EnumSet.of(
            SectorState.AddPieceFailed,
            SectorState.SealPreCommit1Failed,
            SectorState.SealPreCommit2Failed,
            SectorState.PreCommitFailed,
            SectorState.ComputeProofFailed,
            SectorState.CommitFailed,
            SectorState.FinalizeFailed);

    /** The node's words for what a day's cap keeps. */
    private static final String UNTIL_MIDNIGHT = "waits until midnight UTC";

    private final Breaches breaches;
    private final StateStore store;
    private final FairEpochs fair;
    private final LongSupplier epoch;
    private final BooleanSupplier daySpent;
    private final Coverage coverage;
    private final Map<SectorNumber, Long> begun = new HashMap<>();

    /**
     * Of a store.
     *
     * @param daySpent whether a lane of sealing has so little left of its day that one more message may be too much
     */
    SectorsInTime(
            Breaches breaches,
            StateStore store,
            FairEpochs fair,
            LongSupplier epoch,
            BooleanSupplier daySpent,
            Coverage coverage) {
        this.breaches = breaches;
        this.store = store;
        this.fair = fair;
        this.epoch = epoch;
        this.daySpent = daySpent;
        this.coverage = coverage;
    }

    /** Notes sectors when they are first seen, which is soon enough: at the next process or at the end. */
    @Override
    public void headMoved() {
        if (epoch.getAsLong() % 10 == 0) {
            store.read(tx -> tx.sectors().list())
                    .forEach(sector -> begun.putIfAbsent(sector.number(), epoch.getAsLong()));
        }
    }

    @Override
    public void over() {
        store.read(tx -> tx.sectors().list()).forEach(this::judge);
    }

    private void judge(SectorRecord sector) {
        long since = begun.getOrDefault(sector.number(), epoch.getAsLong());
        if (THERE.contains(sector.state())) {
            coverage.saw("sectors sealed");
        } else if (STOPPED.contains(sector.state()) && sector.error().isPresent()) {
            coverage.saw("sectors given up with a reason");
        } else if (sector.error().filter(why -> why.contains(UNTIL_MIDNIGHT)).isPresent() && daySpent.getAsBoolean()) {
            coverage.saw("sectors that wait for another day's money");
        } else if (fair.longestRun(since, epoch.getAsLong()) >= FAIR_CHANCE) {
            breaches.report(
                    getClass(),
                    "sector " + sector.number().value() + " is still in " + sector.state()
                            + sector.error().map(why -> ": " + why).orElse(""));
        } else {
            coverage.saw("sectors that had no fair chance");
        }
    }
}
