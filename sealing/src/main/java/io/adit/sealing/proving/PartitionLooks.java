package io.adit.sealing.proving;

import io.adit.chain.node.FullNode;
import io.adit.chain.node.Partition;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.SectorNumber;
import io.adit.core.state.StateStore;
import io.adit.sealing.proving.PartitionLook.Doubt;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for a deadline's partitions and compares the answer with the last good one, which is kept over restarts. A node that is
 * ill or lies may say that a deadline has no sectors, and that must not pass for nothing to prove.
 *
 * <p>A sector that expired or was terminated stays among the sectors of its partition and is only not live, one that is faulty
 * stays live; both are believed at once. Only compacting partitions, and a reorg to before the sector, take it away. So one
 * that is gone altogether is believed to be gone when several heads in a row say so and the node knows nothing of the sector
 * when it is asked for it by number either.
 */
final class PartitionLooks {

    private static final Logger LOG = LoggerFactory.getLogger(PartitionLooks.class);
    private static final HexFormat HEX = HexFormat.of();

    /** Heads that must say the same. */
    static final int BELIEVED_AFTER = 5;

    /** Missing sectors that are asked for by their numbers at each head. */
    private static final int SAMPLE = 4;

    /** The live sectors of a deadline and the number of its partitions. */
    private record Known(BitField live, int partitions) {}

    private final Address miner;
    private final StateStore store;
    private final FullNode node;
    private final ProvingMetrics metrics;
    private final Map<Long, Known> known = new ConcurrentHashMap<>();

    /** Heads in a row at which sectors of a deadline were missing. */
    private final Map<Long, Set<TipSetKey>> missing = new ConcurrentHashMap<>();

    PartitionLooks(Address miner, StateStore store, FullNode node, ProvingMetrics metrics) {
        this.miner = miner;
        this.store = store;
        this.node = node;
        this.metrics = metrics;
    }

    /** The deadline's partitions as of this head. */
    PartitionLook at(long deadline, TipSet head) {
        Known before = known(deadline);
        List<Partition> now = node.stateMinerPartitions(miner, deadline, head.key());
        if (!gone(before, now).isEmpty()) {
            // Once more: several nodes may be asked in turn, and the next may be well.
            now = node.stateMinerPartitions(miner, deadline, head.key());
        }
        BitField gone = gone(before, now);
        if (gone.isEmpty()) {
            missing.remove(deadline);
            remember(deadline, now, before);
            return new PartitionLook(deadline, now, Optional.empty());
        }
        Optional<String> there = stillThere(gone, head);
        Set<TipSetKey> heads = missing.computeIfAbsent(deadline, key -> new LinkedHashSet<>());
        if (there.isPresent()) {
            heads.clear();
        } else {
            heads.add(head.key());
        }
        if (heads.size() >= BELIEVED_AFTER) {
            LOG.warn(
                    "{} sectors of deadline {} are gone from the chain, as {} heads in a row say: {}",
                    gone.cardinality(),
                    deadline,
                    heads.size(),
                    gone);
            missing.remove(deadline);
            remember(deadline, now, before);
            return new PartitionLook(deadline, now, Optional.empty());
        }
        metrics.doubted();
        return new PartitionLook(deadline, now, Optional.of(doubt(before, now, gone, there)));
    }

    private static Doubt doubt(Known before, List<Partition> now, BitField gone, Optional<String> there) {
        List<Long> partitions =
                LongStream.range(now.size(), before.partitions()).boxed().toList();
        String words = "the full node knows " + now.size() + " partitions of "
                + sectors(now).cardinality() + " sectors, and " + gone.cardinality() + " sectors of "
                + before.partitions() + " partitions are missing that were there before; "
                + there.orElse("this is believed after " + BELIEVED_AFTER + " heads")
                + ". Check the full node, or name another one in chain.nodes";
        return new Doubt(partitions.isEmpty() ? List.of(0L) : partitions, words);
    }

    private static BitField gone(Known before, List<Partition> now) {
        return before.live().minus(sectors(now));
    }

    private static BitField sectors(List<Partition> partitions) {
        return partitions.stream().map(Partition::allSectors).reduce(BitField.EMPTY, BitField::union);
    }

    /** What the node says of missing sectors when it is asked for them one by one, if that contradicts it. */
    private Optional<String> stillThere(BitField gone, TipSet head) {
        for (SectorNumber sector : gone.smallest(SAMPLE).sectors(SAMPLE)) {
            var info = node.stateSectorGetInfo(miner, sector, head.key());
            if (info.isPresent() && head.height().isBefore(info.get().expiration())) {
                return Optional.of("asked for sector " + sector.value()
                        + " by its number, it says that the sector lives until epoch "
                        + info.get().expiration().value());
            }
        }
        return Optional.empty();
    }

    private Known known(long deadline) {
        return known.computeIfAbsent(
                deadline,
                key -> store.read(tx -> tx.meta().get(name(key)))
                        .map(PartitionLooks::parse)
                        .orElse(new Known(BitField.EMPTY, 0)));
    }

    private void remember(long deadline, List<Partition> partitions, Known before) {
        BitField live = partitions.stream().map(Partition::liveSectors).reduce(BitField.EMPTY, BitField::union);
        var now = new Known(live, partitions.size());
        if (!now.equals(before)) {
            // Each partition for itself: all of a deadline may be too long for one bitfield.
            String value = now.partitions() + " "
                    + partitions.stream()
                            .map(partition ->
                                    HEX.formatHex(partition.liveSectors().toRle()))
                            .collect(Collectors.joining(","));
            store.transactVoid(tx -> tx.meta().put(name(deadline), value));
            known.put(deadline, now);
        }
    }

    private static Known parse(String stored) {
        int space = stored.indexOf(' ');
        BitField live = Arrays.stream(stored.substring(space + 1).split(",", -1))
                .map(partition -> BitField.parse(HEX.parseHex(partition)))
                .reduce(BitField.EMPTY, BitField::union);
        return new Known(live, Integer.parseInt(stored.substring(0, space)));
    }

    private static String name(long deadline) {
        return "post.sectors." + deadline;
    }
}
