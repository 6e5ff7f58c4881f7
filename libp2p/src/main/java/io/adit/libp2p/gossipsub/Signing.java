package io.adit.libp2p.gossipsub;

import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.identity.PublicKey;
import io.adit.libp2p.wire.MalformedWireException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Signs own messages and checks those of others (pubsub specification, "Message Signing"). */
final class Signing {
    private static final byte[] PREFIX = "libp2p-pubsub:".getBytes(StandardCharsets.US_ASCII);

    private final SigningPolicy policy;
    private final Identity identity;
    private final AtomicLong sequence;

    /** @param firstSequence larger than any that this identity has used: the time in nanoseconds does */
    Signing(SigningPolicy policy, Identity identity, long firstSequence) {
        this.policy = policy;
        this.identity = identity;
        this.sequence = new AtomicLong(firstSequence);
    }

    PubsubMessage own(String topic, byte[] data) {
        if (policy == SigningPolicy.STRICT_NO_SIGN) {
            return PubsubMessage.unsigned(topic, data);
        }
        var number = ByteBuffer.allocate(Long.BYTES)
                .putLong(sequence.incrementAndGet())
                .array();
        var peer = identity.peerId();
        var message = new PubsubMessage(
                Optional.of(peer.bytes()),
                Optional.of(data),
                Optional.of(number),
                topic,
                Optional.empty(),
                Optional.empty());
        var key = peer.inlineKey().isPresent()
                ? Optional.<byte[]>empty()
                : Optional.of(identity.publicKey().toProtobuf());
        return message.signedBy(identity.sign(covered(message)), key);
    }

    private static byte[] covered(PubsubMessage message) {
        var body = message.encodeUnsigned();
        var covered = new byte[PREFIX.length + body.length];
        System.arraycopy(PREFIX, 0, covered, 0, PREFIX.length);
        System.arraycopy(body, 0, covered, PREFIX.length, body.length);
        return covered;
    }

    /** What is wrong at first sight with a message that somebody else has sent. */
    Optional<Rejection> objection(PubsubMessage message, PeerId self) {
        if (policy == SigningPolicy.STRICT_NO_SIGN) {
            var signed = message.signature().isPresent()
                    || message.from().isPresent()
                    || message.sequence().isPresent()
                    || message.key().isPresent();
            return signed ? Optional.of(Rejection.UNEXPECTED_SIGNATURE) : Optional.empty();
        }
        if (message.signature().isEmpty()) {
            return Optional.of(Rejection.MISSING_SIGNATURE);
        }
        return message.author().filter(self::equals).map(author -> Rejection.SELF_ORIGIN);
    }

    /** Whether the signature is its author's; true where the policy is that there is none. */
    boolean isRight(PubsubMessage message) {
        if (policy == SigningPolicy.STRICT_NO_SIGN) {
            return true;
        }
        var author = message.author();
        return author.isPresent()
                && key(message, author.get())
                        .filter(key -> message.signature()
                                .filter(signature -> key.verify(covered(message), signature))
                                .isPresent())
                        .isPresent();
    }

    private static Optional<PublicKey> key(PubsubMessage message, PeerId author) {
        if (message.key().isEmpty()) {
            return author.inlineKey();
        }
        try {
            return message.key()
                    .map(PublicKey::fromProtobuf)
                    .filter(key -> key.peerId().equals(author));
        } catch (MalformedWireException e) {
            return Optional.empty();
        }
    }
}
