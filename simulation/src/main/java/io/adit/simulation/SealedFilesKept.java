package io.adit.simulation;

import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PreCommitSectorBatch2Params;
import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * From a sector's pre-commit on, the chain may ask for it: its replica and what proves it are on the disk, whatever dies or is
 * taken back. Looked at on the disk, not in the node's index of it.
 */
final class SealedFilesKept implements Invariant {
    private static final long LOOKED_AT_EVERY = 5;

    private final Breaches breaches;
    private final Path storage;
    private final ActorId miner;
    private final LongSupplier epoch;
    private final Set<SectorNumber> preCommitted = new TreeSet<>();

    /**
     * Of one storage path.
     *
     * @param storage the path, with a folder for each type of file
     */
    SealedFilesKept(Breaches breaches, Path storage, ActorId miner, LongSupplier epoch) {
        this.breaches = breaches;
        this.storage = storage;
        this.miner = miner;
        this.epoch = epoch;
    }

    @Override
    public void pushed(SignedMessage signed) {
        if (signed.message().method() == MinerMethod.PRE_COMMIT_SECTOR_BATCH2.number()) {
            PreCommitSectorBatch2Params.fromCbor(signed.message().params())
                    .sectors()
                    .forEach(sector -> preCommitted.add(sector.sectorNumber()));
            look();
        }
    }

    @Override
    public void headMoved() {
        if (epoch.getAsLong() % LOOKED_AT_EVERY == 0) {
            look();
        }
    }

    @Override
    public void starting() {
        look();
    }

    @Override
    public void over() {
        look();
    }

    private void look() {
        for (var number : preCommitted) {
            var name = new SectorId(miner, number).toString();
            if (!Files.isRegularFile(storage.resolve("sealed").resolve(name))) {
                breaches.report(getClass(), "the replica of sector " + number.value() + " is gone");
            }
            if (!Files.isRegularFile(storage.resolve("cache").resolve(name).resolve("p_aux"))) {
                breaches.report(getClass(), "what proves sector " + number.value() + " is gone");
            }
        }
    }
}
