package io.adit.libp2p.gossipsub;

import io.adit.libp2p.identity.PeerId;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Peers and messages by number. */
final class GossipFixtures {
    static final String TOPIC = "topic";
    static final PeerId SELF = peer(1000);

    private GossipFixtures() {}

    /** An ID of the right shape; nobody has its key. */
    static PeerId peer(int number) {
        var multihash = new byte[34];
        multihash[0] = 0x12;
        multihash[1] = 32;
        multihash[2] = (byte) (number >> 8);
        multihash[3] = (byte) number;
        return PeerId.fromBytes(multihash);
    }

    static PubsubMessage wire(String text) {
        return PubsubMessage.unsigned(TOPIC, text.getBytes(StandardCharsets.UTF_8));
    }

    static MessageId id(String text) {
        return MessageId.of(text);
    }

    static GossipMessage message(String text, PeerId from) {
        return new GossipMessage(id(text), TOPIC, Optional.empty(), from, text.getBytes(StandardCharsets.UTF_8));
    }
}
