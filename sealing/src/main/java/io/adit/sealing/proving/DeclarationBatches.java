package io.adit.sealing.proving;

import io.adit.chain.actor.SectorDeclaration;
import io.adit.core.fil.BitField;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits declarations of faults or recoveries into messages that the actor takes.
 *
 * <p>Source of the limits: builtin-actors {@code DECLARATIONS_MAX} 3,000 and {@code ADDRESSED_SECTORS_MAX} 25,000; lower
 * ones serve as Lotus's {@code MaxPartitionsPerRecoveryMessage} and {@code LOTUS_RECOVERING_SECTOR_LIMIT} do, since the gas
 * of a message grows with both.
 */
final class DeclarationBatches {

    static final int MOST_PARTITIONS = 3_000;
    static final int MOST_SECTORS = 25_000;

    private DeclarationBatches() {}

    /**
     * The same sectors in the same order, in as few messages as the limits allow. A partition with more sectors than a
     * message may have is declared in several.
     *
     * @param partitions most declarations in a message, at least 1
     * @param sectors most sectors in a message, at least 1
     */
    static List<List<SectorDeclaration>> split(List<SectorDeclaration> all, int partitions, int sectors) {
        var batches = new ArrayList<List<SectorDeclaration>>();
        var batch = new ArrayList<SectorDeclaration>();
        long room = sectors;
        for (SectorDeclaration declaration : all) {
            BitField left = declaration.sectors();
            while (!left.isEmpty()) {
                if (room == 0 || batch.size() == partitions) {
                    batches.add(List.copyOf(batch));
                    batch.clear();
                    room = sectors;
                }
                BitField taken = left.smallest(room);
                batch.add(new SectorDeclaration(declaration.deadline(), declaration.partition(), taken));
                room -= taken.cardinality();
                left = left.minus(taken);
            }
        }
        if (!batch.isEmpty()) {
            batches.add(List.copyOf(batch));
        }
        return batches;
    }
}
