package io.adit.core.slash;

import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A block as far as consensus faults are concerned.
 *
 * @param parents the parent tipset; empty only for genesis
 * @param salt what makes two blocks of one miner at one place different
 */
record TestBlock(Address miner, long epoch, List<TestBlock> parents, int salt) {
    static final Address MINER = Address.ofId(1000);
    static final Address OTHER = Address.ofId(1001);
    static final TestBlock GENESIS = new TestBlock(OTHER, 0, List.of(), 0);

    TestBlock {
        parents = List.copyOf(parents);
    }

    static TestBlock own(long epoch, int salt, TestBlock... parents) {
        return new TestBlock(MINER, epoch, List.of(parents), salt);
    }

    static TestBlock other(long epoch, int salt, TestBlock... parents) {
        return new TestBlock(OTHER, epoch, List.of(parents), salt);
    }

    Cid unsigned() {
        return cid(0);
    }

    /** What the parents of other blocks name. */
    Cid signed() {
        return cid(1);
    }

    /** Without the ancestors, of which there are exponentially many. */
    @Override
    public String toString() {
        return "%s at %d on %d parents, salt %d".formatted(miner, epoch, parents.size(), salt);
    }

    private Cid cid(int signature) {
        var writer = new CborWriter().array(5).bytes(miner.bytes()).uint(epoch);
        writer.array(parents.size());
        parents.forEach(parent -> writer.cid(parent.signed()));
        return Cid.dagCbor(writer.uint(salt).uint(signature).toByteArray());
    }

    List<Cid> parentCids() {
        return parents.stream().map(TestBlock::signed).toList();
    }

    long parentEpoch() {
        return parents.getFirst().epoch;
    }

    ProtectedBlock protection() {
        return new ProtectedBlock(new Epoch(epoch), unsigned(), parentCids(), new Epoch(parentEpoch()));
    }

    /** The intent with all that a caller who has the parents' headers can tell. */
    BlockIntent intent() {
        Set<Cid> own = parents.stream()
                .filter(parent -> parent.miner.equals(miner))
                .map(TestBlock::unsigned)
                .collect(Collectors.toSet());
        return new BlockIntent(
                miner,
                new Epoch(epoch),
                unsigned(),
                parentCids(),
                new Epoch(parentEpoch()),
                parents.getFirst().parentCids(),
                List.copyOf(own));
    }

    /** The intent of a caller who has only the header itself. */
    BlockIntent bareIntent() {
        return new BlockIntent(
                miner, new Epoch(epoch), unsigned(), parentCids(), new Epoch(parentEpoch()), List.of(), List.of());
    }
}
