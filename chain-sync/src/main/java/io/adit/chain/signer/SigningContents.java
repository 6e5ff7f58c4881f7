package io.adit.chain.signer;

import io.adit.chain.actor.DealProposal;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.Message;
import io.adit.core.keys.SigningContent;
import io.adit.core.keys.SigningKind;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;

/** Makes what a {@link io.adit.core.keys.Signer} is asked to sign, each with the bytes that the chain's rules sign of it. */
public final class SigningContents {
    private SigningContents() {}

    public static SigningContent message(Message message) {
        return new SigningContent(SigningKind.MESSAGE, message.toCbor(), message.signingBytes());
    }

    /**
     * A block, for a signer that has a slash guard.
     *
     * @param parents the signed headers of the parent tipset, in the header's order
     */
    public static SigningContent block(BlockHeader unsigned, List<BlockHeader> parents) {
        return new SigningContent(
                SigningKind.BLOCK, new BlockContent(unsigned, parents).toCbor(), unsigned.signingBytes());
    }

    public static SigningContent vrf(VrfInput input) {
        return new SigningContent(SigningKind.VRF, input.toCbor(), input.signedBytes());
    }

    public static SigningContent dealProposal(DealProposal proposal) {
        return new SigningContent(SigningKind.DEAL_PROPOSAL, proposal.toCbor(), proposal.toCbor());
    }

    public static SigningContent dealStatus(UUID deal) {
        byte[] bytes = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(deal.getMostSignificantBits())
                .putLong(deal.getLeastSignificantBits())
                .array();
        return new SigningContent(SigningKind.DEAL_STATUS, bytes, bytes);
    }

    /**
     * A storage ask.
     *
     * @param cbor a map with a text "Miner" among its keys, as {@code /fil/storage/ask/1.1.0} carries it
     */
    public static SigningContent storageAsk(byte[] cbor) {
        return new SigningContent(SigningKind.STORAGE_ASK, cbor, cbor);
    }
}
