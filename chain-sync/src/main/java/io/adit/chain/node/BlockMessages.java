package io.adit.chain.node;

import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.core.ipld.Cid;
import java.util.List;

/**
 * The messages of one block (Lotus {@code api.BlockMessages}).
 *
 * @param cids of the BLS messages, then of the secp256k1 ones
 */
public record BlockMessages(List<Message> bls, List<SignedMessage> secp256k1, List<Cid> cids) {

    public BlockMessages {
        bls = List.copyOf(bls);
        secp256k1 = List.copyOf(secp256k1);
        cids = List.copyOf(cids);
    }
}
