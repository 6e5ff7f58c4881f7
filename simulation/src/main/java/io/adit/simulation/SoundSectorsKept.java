package io.adit.simulation;

import io.adit.chain.actor.DeclareFaultsParams;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.SubmitWindowedPoStParams;
import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.BitField;
import io.adit.core.fil.SectorNumber;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;

/**
 * A sector on a path that never failed, or is well since long before, is neither left out of an accepted proof nor declared
 * faulty. That other sectors of its partition are proven is no excuse: it loses its power all the same.
 */
final class SoundSectorsKept implements Invariant {
    private static final int MOST_SECTORS = 1_000;

    private final Breaches breaches;
    private final SimulatedDisks disks;
    private final MendedPaths paths;
    private final LongSupplier now;

    SoundSectorsKept(Breaches breaches, SimulatedDisks disks, MendedPaths paths, LongSupplier now) {
        this.breaches = breaches;
        this.disks = disks;
        this.paths = paths;
        this.now = now;
    }

    @Override
    public void executed(SignedMessage signed, MessageReceipt receipt) {
        var message = signed.message();
        if (!receipt.isSuccess()) {
            return;
        }
        if (message.method() == MinerMethod.SUBMIT_WINDOWED_POST.number()) {
            var proof = SubmitWindowedPoStParams.fromCbor(message.params());
            proof.partitions()
                    .forEach(partition -> judge(
                            partition.skipped(),
                            path -> paths.wasWell(path, proof.chainCommitEpoch().value()),
                            "was left out of the proof of deadline %d partition %d"
                                    .formatted(proof.deadline(), partition.index())));
        } else if (message.method() == MinerMethod.DECLARE_FAULTS.number()) {
            DeclareFaultsParams.fromCbor(message.params())
                    .faults()
                    .forEach(declared -> judge(
                            declared.sectors(),
                            path -> paths.isLongWell(path, now.getAsLong()),
                            "was declared faulty in deadline " + declared.deadline()));
        }
    }

    private void judge(BitField sectors, IntPredicate isSound, String what) {
        sectors.stream(MOST_SECTORS)
                .filter(number -> isSound.test(disks.pathOf(new SectorNumber(number))))
                .forEach(number -> breaches.report(getClass(), "sector %d on a sound disk %s".formatted(number, what)));
    }
}
