package io.adit.core.slash;

import io.adit.core.ipld.Cid;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The blocks that a miner has signed, the floor under what is not known, and the rules over both. No I/O. */
final class SigningHistory {
    /** No floor: everything that was ever signed is known. */
    static final long NO_FLOOR = -1;

    private final TreeMap<Long, List<ProtectedBlock>> byEpoch = new TreeMap<>();
    private final Map<Set<Cid>, List<ProtectedBlock>> byParents = new HashMap<>();
    private long floor = NO_FLOOR;
    private int size;

    /** Takes a block in; a block that is known already changes nothing. */
    boolean add(ProtectedBlock block) {
        var sameEpoch = byEpoch.computeIfAbsent(block.epoch().value(), epoch -> new ArrayList<>());
        if (sameEpoch.contains(block)) {
            return false;
        }
        sameEpoch.add(block);
        byParents
                .computeIfAbsent(new TreeSet<>(block.parents()), parents -> new ArrayList<>())
                .add(block);
        size++;
        return true;
    }

    /** A floor never sinks. */
    void raiseFloor(long epoch) {
        floor = Math.max(floor, epoch);
    }

    /** Forgets the blocks up to this epoch, raising the floor to the last of them, and answers those left. */
    List<ProtectedBlock> dropUntil(long epoch) {
        var old = byEpoch.headMap(epoch, true);
        if (!old.isEmpty()) {
            raiseFloor(old.lastKey());
            old.values().stream().flatMap(Collection::stream).forEach(block -> {
                byParents
                        .getOrDefault(new TreeSet<>(block.parents()), List.of())
                        .remove(block);
                size--;
            });
            byParents.values().removeIf(List::isEmpty);
            old.clear();
        }
        return blocks();
    }

    /** The last epoch at which there may be signed blocks that are not known; -1 for none. */
    long floor() {
        return floor;
    }

    /** The last epoch of a signed block, known or not; -1 for none. */
    long highWater() {
        return byEpoch.isEmpty() ? floor : Math.max(floor, byEpoch.lastKey());
    }

    int size() {
        return size;
    }

    /** All blocks, by epoch. */
    List<ProtectedBlock> blocks() {
        return byEpoch.values().stream().flatMap(Collection::stream).toList();
    }

    /** Whether this block is in, with the same parents. */
    boolean contains(ProtectedBlock block) {
        return byEpoch.getOrDefault(block.epoch().value(), List.of()).contains(block);
    }

    /** Whether a block that is on the chain is accounted for. */
    boolean accountsFor(ProtectedBlock onChain) {
        return onChain.epoch().value() <= floor
                || byEpoch.getOrDefault(onChain.epoch().value(), List.of()).stream()
                        .anyMatch(known -> known.block().equals(onChain.block()));
    }

    /** How many epochs have two different blocks: faults that are committed already. */
    long conflicts() {
        return byEpoch.values().stream()
                .filter(blocks ->
                        blocks.stream().map(ProtectedBlock::block).distinct().count() > 1)
                .count();
    }

    /** What speaks against a block that is not in yet. */
    Optional<Refusal> check(BlockIntent intent) {
        return doubleFork(intent)
                .or(() -> timeOffset(intent))
                .or(() -> parentGrinding(intent))
                .or(() -> highWater(intent))
                .or(() -> unknownHistory(intent));
    }

    private Optional<Refusal> doubleFork(BlockIntent intent) {
        return byEpoch.getOrDefault(intent.epoch().value(), List.of()).stream()
                .map(earlier -> Refusal.of(SlashRule.DOUBLE_FORK, earlier, "another block at this epoch is signed"))
                .findFirst();
    }

    private Optional<Refusal> timeOffset(BlockIntent intent) {
        return byParents.getOrDefault(new TreeSet<>(intent.parents()), List.of()).stream()
                .map(earlier -> Refusal.of(SlashRule.TIME_OFFSET, earlier, "a block on the same parents is signed"))
                .findFirst();
    }

    private Optional<Refusal> parentGrinding(BlockIntent intent) {
        return byEpoch.getOrDefault(intent.parentEpoch().value(), List.of()).stream()
                .filter(own -> !intent.ownParents().contains(own.block()))
                .filter(own -> mayBeSiblings(own, intent))
                .map(own -> Refusal.of(
                        SlashRule.PARENT_GRINDING, own, "the own block at the parents' epoch is not among the parents"))
                .findFirst();
    }

    /** An own block is a sibling of the parents when it has the parents that they have. */
    private static boolean mayBeSiblings(ProtectedBlock own, BlockIntent intent) {
        return intent.grandparents().isEmpty()
                || new TreeSet<>(own.parents()).equals(new TreeSet<>(intent.grandparents()));
    }

    private Optional<Refusal> highWater(BlockIntent intent) {
        if (byEpoch.isEmpty() || intent.epoch().value() > byEpoch.lastKey()) {
            return Optional.empty();
        }
        return Optional.of(Refusal.of(
                SlashRule.HIGH_WATER, byEpoch.lastEntry().getValue().getFirst(), "a block at a later epoch is signed"));
    }

    private Optional<Refusal> unknownHistory(BlockIntent intent) {
        if (intent.parentEpoch().value() > floor) {
            return Optional.empty();
        }
        return Optional.of(new Refusal(
                SlashRule.UNKNOWN_HISTORY,
                Optional.empty(),
                "blocks up to epoch " + floor
                        + " may be signed that are not known, so its parents must be above that"));
    }
}
