package io.adit.chain.node;

import io.adit.core.fil.BitField;

/**
 * The sectors of one partition of a deadline (Lotus {@code api.Partition}).
 *
 * @param allSectors every sector ever assigned, terminated ones too
 * @param faultySectors faulty now, recovering ones included
 * @param recoveringSectors declared recovered, to be proven at the next deadline
 * @param liveSectors not terminated
 * @param activeSectors live, proven, not faulty: these count for power
 */
public record Partition(
        BitField allSectors,
        BitField faultySectors,
        BitField recoveringSectors,
        BitField liveSectors,
        BitField activeSectors) {}
