package io.adit.chain.signer;

import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import io.adit.core.slash.BlockIntent;
import io.adit.core.slash.ProtectedBlock;
import java.util.List;

/**
 * A header to be signed and the headers of its parents. The parents are proven by their CIDs, so the slash guard's intent
 * follows from hashes and not from what somebody says. CBOR tuple of two: the header, the list of parents.
 *
 * @param header without a signature
 * @param parents the parent tipset's signed headers, in the header's order
 */
public record BlockContent(BlockHeader header, List<BlockHeader> parents) implements CborRecord {
    private static final int MAX_PARENTS = 64;

    public BlockContent {
        parents = List.copyOf(parents);
        if (header.blockSignature().isPresent()) {
            throw new InvalidValueException("header to sign", "a signed one", "without a signature");
        }
        if (!parents.stream().map(BlockHeader::cid).toList().equals(header.parents())) {
            throw new InvalidValueException(
                    "headers of the parents", "others", "those that the header names, in order");
        }
        if (parents.isEmpty()) {
            throw new InvalidValueException("parents of a block to sign", "none", "at least one");
        }
        var first = parents.getFirst();
        if (!parents.stream()
                .allMatch(parent -> parent.height().equals(first.height())
                        && parent.parents().equals(first.parents()))) {
            throw new InvalidValueException("parents of a block to sign", "of several tipsets", "of one tipset");
        }
    }

    static BlockContent read(CborReader reader) {
        reader.array(2);
        return new BlockContent(
                BlockHeader.fromCbor(reader.rawItem()),
                ChainCbor.list(reader, MAX_PARENTS, "parents", item -> BlockHeader.fromCbor(item.rawItem())));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        header.writeTo(writer);
        ChainCbor.list(writer, parents);
    }

    /** What the slash guard is asked. */
    public BlockIntent intent() {
        var first = parents.getFirst();
        return new BlockIntent(
                header.miner(),
                header.height(),
                unsignedCid(header),
                header.parents(),
                first.height(),
                first.parents(),
                parents.stream()
                        .filter(parent -> parent.miner().equals(header.miner()))
                        .map(BlockContent::unsignedCid)
                        .toList());
    }

    /** The CID under which the slash guard knows a block: of its header without the signature. */
    public static Cid unsignedCid(BlockHeader header) {
        return Cid.dagCbor(header.signingBytes());
    }

    /** What the slash guard wants to know of a block on the chain. */
    public static ProtectedBlock protection(BlockHeader onChain, BlockHeader anyParent) {
        return new ProtectedBlock(onChain.height(), unsignedCid(onChain), onChain.parents(), anyParent.height());
    }
}
