package io.adit.devnet.actor;

import io.adit.core.fil.BitField;
import io.adit.core.ipld.CborWriter;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * A group of sectors proven by one window PoSt.
 *
 * @param sectors every sector ever put here and not compacted away
 * @param unproven sectors that have not been through a PoSt, and so have no power
 * @param faults sectors without power until they recover
 * @param recoveries faults declared recovered, to be proven at the next PoSt
 * @param terminated sectors that ended
 * @param faultySince epoch of each present fault's last event, from which its early end is counted
 */
public record Partition(
        BitField sectors,
        BitField unproven,
        BitField faults,
        BitField recoveries,
        BitField terminated,
        Map<Long, Long> faultySince) {
    private static final long MAX_SECTORS = 100_000;
    public static final Partition EMPTY =
            new Partition(BitField.of(), BitField.of(), BitField.of(), BitField.of(), BitField.of(), Map.of());

    public Partition {
        faultySince = Map.copyOf(faultySince);
    }

    /** The numbers in a set of sectors, ascending; a set that a message may carry is never larger. */
    static LongStream members(BitField set) {
        return set.stream(MAX_SECTORS);
    }

    public BitField live() {
        return sectors.minus(terminated);
    }

    /** Live, proven and not faulty: the sectors that have power. */
    public BitField active() {
        return live().minus(faults).minus(unproven);
    }

    Partition add(long sector) {
        var one = BitField.of(sector);
        return new Partition(sectors.union(one), unproven.union(one), faults, recoveries, terminated, faultySince);
    }

    /** Marks sectors faulty; those not in this partition or already faulty must have been taken out. */
    Partition fault(BitField newFaults, long epoch) {
        var since = new TreeMap<>(faultySince);
        members(newFaults).forEach(number -> since.put(number, epoch));
        return new Partition(
                sectors,
                unproven.minus(newFaults),
                faults.union(newFaults),
                recoveries.minus(newFaults),
                terminated,
                since);
    }

    Partition retractRecoveries(BitField which) {
        return new Partition(sectors, unproven, faults, recoveries.minus(which), terminated, faultySince);
    }

    Partition declareRecovered(BitField which) {
        return new Partition(sectors, unproven, faults, recoveries.union(which), terminated, faultySince);
    }

    /** All recoveries have been proven. */
    Partition recover() {
        var since = new TreeMap<>(faultySince);
        members(recoveries).forEach(since::remove);
        return new Partition(sectors, unproven, faults.minus(recoveries), BitField.of(), terminated, since);
    }

    /** Everything live and not faulty has been proven once. */
    Partition activateUnproven() {
        return new Partition(sectors, BitField.of(), faults, recoveries, terminated, faultySince);
    }

    Partition terminate(BitField which) {
        var since = new TreeMap<>(faultySince);
        members(which).forEach(since::remove);
        return new Partition(
                sectors,
                unproven.minus(which),
                faults.minus(which),
                recoveries.minus(which),
                terminated.union(which),
                since);
    }

    void encode(CborWriter writer) {
        writer.array(6)
                .bytes(sectors.toRle())
                .bytes(unproven.toRle())
                .bytes(faults.toRle())
                .bytes(recoveries.toRle())
                .bytes(terminated.toRle());
        writer.array(faultySince.size());
        new TreeMap<>(faultySince)
                .forEach((number, epoch) -> writer.array(2).uint(number).integer(epoch));
    }
}
