package io.adit.libp2p.gossipsub;

import io.adit.libp2p.identity.PeerId;
import java.util.Optional;

/**
 * A message of a topic as subscribers and validators see it. Its signature has been checked where the policy demands one.
 *
 * @param author who wrote it, where messages are signed
 * @param receivedFrom which peer passed it on; this host itself for its own
 */
public record GossipMessage(MessageId id, String topic, Optional<PeerId> author, PeerId receivedFrom, byte[] data) {}
