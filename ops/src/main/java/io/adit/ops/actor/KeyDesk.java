package io.adit.ops.actor;

import io.adit.chain.node.FullNode;
import io.adit.chain.signer.SigningContents;
import io.adit.chain.type.Message;
import io.adit.core.fil.TokenAmount;
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
        var file = unsigned(node, rehearsal, rehearsal.message());
        return sender.send(file.signed(signer.sign(file.message().from(), SigningContents.message(file.message()))));
    }

    /**
     * The message with the nonce that its sender has next, to be signed elsewhere. Until it is back the base fee may have
     * risen, so its fee cap is as high as limit and funds allow; what it pays is the base fee all the same.
     *
     * @param maxFee most that its gas may cost
     */
    public static MessageFile unsigned(FullNode node, Rehearsal rehearsal, TokenAmount maxFee) {
        var message = rehearsal.message();
        var budget = maxFee.min(rehearsal.funds().minus(message.value()));
        var cap = budget.dividedBy(Math.max(1, message.gasLimit())).max(message.gasFeeCap());
        return unsigned(node, rehearsal, message.withGas(message.gasLimit(), cap, message.gasPremium()));
    }

    private static MessageFile unsigned(FullNode node, Rehearsal rehearsal, Message message) {
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
