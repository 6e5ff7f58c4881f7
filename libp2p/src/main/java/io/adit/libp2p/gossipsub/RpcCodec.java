package io.adit.libp2p.gossipsub;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.gossipsub.Rpc.ExchangedPeer;
import io.adit.libp2p.gossipsub.Rpc.IHave;
import io.adit.libp2p.gossipsub.Rpc.Prune;
import io.adit.libp2p.gossipsub.Rpc.Subscribed;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.wire.Delimited;
import io.adit.libp2p.wire.MalformedWireException;
import io.adit.libp2p.wire.Protobuf;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RPCs on a stream, each with its length in front. What is read is bounded before anything is made of it: by bytes, and by
 * the elements of all lists together, for a tiny element costs many times its bytes in memory.
 */
final class RpcCodec {
    private static final Logger LOG = LoggerFactory.getLogger(RpcCodec.class);
    /** As go-libp2p-pubsub's default. */
    static final int MAX_BYTES = 1 << 20;
    /** Room for the most IDs that one peer may advertise (5000) in a few topics. */
    static final int MAX_ELEMENTS = 20_000;

    /** A back-off that a peer asks for is held to this. */
    private static final Duration LONGEST_BACKOFF = Duration.ofHours(1);

    private static final int MAX_MESSAGE_FIELDS = 16;
    private static final int MAX_EXCHANGED_PEERS = 64;

    private RpcCodec() {}

    static byte[] encodeDelimited(Rpc rpc) {
        return Delimited.of(encode(rpc));
    }

    static byte[] encode(Rpc rpc) {
        var out = new Protobuf.Writer();
        for (var change : rpc.subscriptions()) {
            out.bytes(
                    1,
                    new Protobuf.Writer()
                            .varint(1, change.joined() ? 1 : 0)
                            .text(2, change.topic())
                            .toByteArray());
        }
        rpc.messages().forEach(message -> out.bytes(2, message.encode()));
        var control = control(rpc);
        if (control.length > 0) {
            out.bytes(3, control);
        }
        return out.toByteArray();
    }

    private static byte[] control(Rpc rpc) {
        var out = new Protobuf.Writer();
        for (var have : rpc.iHave()) {
            var entry = new Protobuf.Writer().text(1, have.topic());
            have.ids().forEach(id -> entry.bytes(2, id.bytes()));
            out.bytes(1, entry.toByteArray());
        }
        if (!rpc.iWant().isEmpty()) {
            var entry = new Protobuf.Writer();
            rpc.iWant().forEach(id -> entry.bytes(1, id.bytes()));
            out.bytes(2, entry.toByteArray());
        }
        rpc.graft()
                .forEach(topic ->
                        out.bytes(3, new Protobuf.Writer().text(1, topic).toByteArray()));
        for (var prune : rpc.prune()) {
            var entry = new Protobuf.Writer().text(1, prune.topic());
            for (var peer : prune.peers()) {
                var exchanged = new Protobuf.Writer().bytes(1, peer.peer().bytes());
                peer.signedRecord().ifPresent(bytes -> exchanged.bytes(2, bytes));
                entry.bytes(2, exchanged.toByteArray());
            }
            prune.backoff().ifPresent(time -> entry.varint(3, time.toSeconds()));
            out.bytes(4, entry.toByteArray());
        }
        return out.toByteArray();
    }

    /**
     * The next RPC of a stream; empty once the remote has half-closed between two.
     *
     * @param begun called when its first byte has come
     * @throws Libp2pException PROTOCOL_VIOLATION if it is too long or malformed
     */
    static Optional<Rpc> read(InputStream in, Runnable begun) throws IOException {
        try {
            return Delimited.readOrEnd(in, MAX_BYTES, begun).map(RpcCodec::decode);
        } catch (MalformedWireException | EOFException e) {
            throw new Libp2pException(
                    Kind.PROTOCOL_VIOLATION, "remote's gossipsub RPC is malformed: " + e.getMessage(), e);
        }
    }

    static Rpc decode(byte[] bytes) {
        return new Decoder().rpc(bytes);
    }

    /** Gathers the lists of one RPC, and counts their elements together. */
    private static final class Decoder {
        private final List<Subscribed> subscriptions = new ArrayList<>();
        private final List<PubsubMessage> messages = new ArrayList<>();
        private final List<IHave> iHave = new ArrayList<>();
        private final List<MessageId> iWant = new ArrayList<>();
        private final List<String> graft = new ArrayList<>();
        private final List<Prune> prune = new ArrayList<>();
        private int left = MAX_ELEMENTS;

        private Protobuf parse(byte[] bytes) {
            return parse(bytes, left);
        }

        private Protobuf parse(byte[] bytes, int most) {
            var fields = Protobuf.parse(bytes, Math.min(left, most));
            left -= fields.size();
            return fields;
        }

        Rpc rpc(byte[] bytes) {
            var fields = parse(bytes);
            for (var entry : fields.repeated(1)) {
                var change = parse(entry);
                subscriptions.add(
                        new Subscribed(topic(change, 2), change.varint(1).orElse(0) != 0));
            }
            for (var entry : fields.repeated(2)) {
                messages.add(PubsubMessage.from(parse(entry, MAX_MESSAGE_FIELDS)));
            }
            for (var control : fields.repeated(3)) {
                control(parse(control));
            }
            return new Rpc(subscriptions, messages, iHave, iWant, graft, prune);
        }

        private void control(Protobuf control) {
            for (var entry : control.repeated(1)) {
                var have = parse(entry);
                iHave.add(new IHave(topic(have, 1), ids(have, 2)));
            }
            for (var entry : control.repeated(2)) {
                iWant.addAll(ids(parse(entry), 1));
            }
            for (var entry : control.repeated(3)) {
                graft.add(topic(parse(entry), 1));
            }
            for (var entry : control.repeated(4)) {
                var fields = parse(entry);
                var backoff = fields.varint(3).stream()
                        .mapToObj(seconds -> Duration.ofSeconds(Math.min(seconds, LONGEST_BACKOFF.toSeconds())))
                        .findFirst();
                prune.add(new Prune(topic(fields, 1), exchanged(fields), backoff));
            }
        }

        /** Peers whose IDs are of no kind known here are left out. */
        private List<ExchangedPeer> exchanged(Protobuf prune) {
            var peers = new ArrayList<ExchangedPeer>();
            for (var entry :
                    prune.repeated(2).stream().limit(MAX_EXCHANGED_PEERS).toList()) {
                var fields = parse(entry);
                try {
                    fields.bytes(1)
                            .map(PeerId::fromBytes)
                            .ifPresent(peer -> peers.add(new ExchangedPeer(peer, fields.bytes(2))));
                } catch (MalformedWireException e) {
                    LOG.trace("a pruning peer offers one whose ID is unreadable", e);
                }
            }
            return peers;
        }

        private static String topic(Protobuf fields, int number) {
            return fields.bytes(number)
                    .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                    .orElse("");
        }

        /** Those that are too long are left out: no message has them here. */
        private static List<MessageId> ids(Protobuf fields, int number) {
            return fields.repeated(number).stream()
                    .filter(bytes -> bytes.length <= MessageId.MAX_BYTES)
                    .map(MessageId::of)
                    .toList();
        }
    }
}
