package io.adit.ops.actor;

import io.adit.chain.node.FullNode;
import io.adit.chain.signer.SigningContents;
import io.adit.core.keys.Signer;
import java.util.Optional;

/** Sends with keys that are not the node's. */
public final class KeyDesk implements ActorDesk {
    private final FullNode node;
    private final Signer signer;
    private final SignedSender sender;

    public KeyDesk(FullNode node, Signer signer, SignedSender sender) {
        this.node = node;
        this.signer = signer;
        this.sender = sender;
    }

    @Override
    public Sent send(Rehearsal rehearsal) {
        var file = unsigned(node, rehearsal);
        return sender.send(file.signed(signer.sign(file.message().from(), SigningContents.message(file.message()))));
    }

    /** The message with the nonce that its sender has next, to be signed elsewhere. */
    public static MessageFile unsigned(FullNode node, Rehearsal rehearsal) {
        var message = rehearsal.message();
        return new MessageFile(
                rehearsal.change().sentence(),
                node.stateNetworkName(),
                message.withNonce(node.mpoolGetNonce(message.from())),
                Optional.empty());
    }

    @Override
    public Optional<Executed> executed(Sent sent, int confidence) {
        return sender.executed(sent, confidence);
    }
}
