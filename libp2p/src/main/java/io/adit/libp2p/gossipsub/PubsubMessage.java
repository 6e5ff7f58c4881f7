package io.adit.libp2p.gossipsub;

import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.wire.MalformedWireException;
import io.adit.libp2p.wire.Protobuf;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A message as it travels: {@code from=1, data=2, seqno=3, topic=4, signature=5, key=6}. Whether a field is there at all
 * matters, for the signature covers the encoding.
 *
 * @param from the author's peer ID
 * @param sequence the author's count, eight bytes, big-endian
 * @param key the author's public key as protobuf, where the peer ID does not hold it
 */
public record PubsubMessage(
        Optional<byte[]> from,
        Optional<byte[]> data,
        Optional<byte[]> sequence,
        String topic,
        Optional<byte[]> signature,
        Optional<byte[]> key) {
    private static final int FROM = 1;
    private static final int DATA = 2;
    private static final int SEQUENCE = 3;
    private static final int TOPIC = 4;
    private static final int SIGNATURE = 5;
    private static final int KEY = 6;
    /** Field numbers and lengths, generously. */
    private static final int OVERHEAD = 40;

    static PubsubMessage unsigned(String topic, byte[] data) {
        return new PubsubMessage(
                Optional.empty(), Optional.of(data), Optional.empty(), topic, Optional.empty(), Optional.empty());
    }

    static PubsubMessage from(Protobuf fields) {
        return new PubsubMessage(
                fields.bytes(FROM),
                fields.bytes(DATA),
                fields.bytes(SEQUENCE),
                fields.bytes(TOPIC)
                        .map(topic -> new String(topic, StandardCharsets.UTF_8))
                        .orElse(""),
                fields.bytes(SIGNATURE),
                fields.bytes(KEY));
    }

    /** The data; empty where there is none. */
    public byte[] content() {
        return data.orElseGet(() -> new byte[0]);
    }

    /** Whether the author's count, where there is one, is what the specification says: eight bytes. */
    boolean isCounted() {
        return sequence.filter(bytes -> bytes.length != Long.BYTES).isEmpty();
    }

    /** Who says to have written it; empty if nobody does or it is no peer ID. */
    public Optional<PeerId> author() {
        try {
            return from.map(PeerId::fromBytes);
        } catch (MalformedWireException e) {
            return Optional.empty();
        }
    }

    PubsubMessage signedBy(byte[] newSignature, Optional<byte[]> newKey) {
        return new PubsubMessage(from, data, sequence, topic, Optional.of(newSignature), newKey);
    }

    /** What the author signs, after the prefix: the message without signature and key. */
    byte[] encodeUnsigned() {
        return writeUnsigned().toByteArray();
    }

    byte[] encode() {
        var message = writeUnsigned();
        signature.ifPresent(bytes -> message.bytes(SIGNATURE, bytes));
        key.ifPresent(bytes -> message.bytes(KEY, bytes));
        return message.toByteArray();
    }

    private Protobuf.Writer writeUnsigned() {
        var message = new Protobuf.Writer();
        from.ifPresent(bytes -> message.bytes(FROM, bytes));
        data.ifPresent(bytes -> message.bytes(DATA, bytes));
        sequence.ifPresent(bytes -> message.bytes(SEQUENCE, bytes));
        if (!topic.isEmpty()) {
            message.text(TOPIC, topic);
        }
        return message;
    }

    /** At least as many bytes as it takes on the wire. */
    int sizeBound() {
        return OVERHEAD
                + length(from)
                + length(data)
                + length(sequence)
                + 3 * topic.length()
                + length(signature)
                + length(key);
    }

    private static int length(Optional<byte[]> field) {
        return field.map(bytes -> bytes.length).orElse(0);
    }
}
