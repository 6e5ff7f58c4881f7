package io.adit.chain.node;

import io.adit.chain.type.BlockHeader;
import io.adit.core.ipld.Cid;
import java.util.List;

/**
 * A block as it is gossiped (Lotus {@code types.BlockMsg}).
 *
 * @param blsMessages CIDs
 * @param secp256k1Messages CIDs
 */
public record Block(BlockHeader header, List<Cid> blsMessages, List<Cid> secp256k1Messages) {

    public Block {
        blsMessages = List.copyOf(blsMessages);
        secp256k1Messages = List.copyOf(secp256k1Messages);
    }
}
