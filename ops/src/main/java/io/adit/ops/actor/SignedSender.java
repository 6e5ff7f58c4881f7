package io.adit.ops.actor;

import io.adit.chain.node.FullNode;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Network;
import io.adit.core.ipld.Cid;
import io.adit.ops.OpsError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Sends messages that are signed. Their bytes are in a file before the full node gets them, so an interrupted command is taken up
 * again with {@code adit actor send FILE}.
 */
public final class SignedSender {
    private final FullNode node;
    private final Path folder;
    private final Network network;

    /** @param folder where signed messages are kept; made when needed */
    public SignedSender(FullNode node, Path folder, Network network) {
        this.node = node;
        this.folder = folder;
        this.network = network;
    }

    /**
     * Sends a message; one that is on the chain already is only kept.
     *
     * @throws AditException {@link OpsError#WRONG_CHAIN} for another chain's, {@link OpsError#MALFORMED_FILE}, or what the full
     *     node says against it
     */
    public ActorDesk.Sent send(MessageFile file) {
        var signed = file.requireSigned();
        if (!file.networkName().equals(node.stateNetworkName())) {
            throw new AditException(
                    OpsError.WRONG_CHAIN,
                    "sending a message made for " + file.networkName() + ": the full node is on "
                            + node.stateNetworkName());
        }
        keep(file, signed.cid());
        push(signed);
        return new ActorDesk.Sent(signed.cid().toString(), signed.cid());
    }

    private void push(SignedMessage signed) {
        if (node.stateSearchMsg(TipSetKey.EMPTY, signed.cid(), -1, true).isEmpty()) {
            node.mpoolPush(signed);
        }
    }

    private void keep(MessageFile file, Cid cid) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "making " + folder, e);
        }
        file.write(folder.resolve(cid + ".json"), network);
    }

    /** What became of it, once so many epochs lie on it. */
    public Optional<Executed> executed(ActorDesk.Sent sent, int confidence) {
        var head = node.chainHead();
        return node.stateSearchMsg(head.key(), sent.message(), -1, true)
                .filter(lookup -> head.height().minus(lookup.height()) >= confidence)
                .map(Executed::of);
    }
}
