package io.adit.libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.libp2p.Host;
import io.adit.libp2p.gossipsub.PeerState.Speaks;
import io.adit.libp2p.gossipsub.Rpc.IHave;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Message IDs are remembered by the thousand: a peer must not choose how large they are. */
@Timeout(300)
class OversizedIdsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String TOPIC = "topic";
    private static final String PROTOCOL = Speaks.EXCHANGE.protocol();

    private final Identity author = Identity.generate(KeyType.ED25519, new SecureRandom());

    /** Rightly signed, with a sequence number of as many bytes. */
    private PubsubMessage signed(String data, int sequenceBytes) {
        var message = new PubsubMessage(
                Optional.of(author.peerId().bytes()),
                Optional.of(data.getBytes(StandardCharsets.UTF_8)),
                Optional.of(new byte[sequenceBytes]),
                TOPIC,
                Optional.empty(),
                Optional.empty());
        var prefix = "libp2p-pubsub:".getBytes(StandardCharsets.US_ASCII);
        var body = message.encodeUnsigned();
        var covered = new byte[prefix.length + body.length];
        System.arraycopy(prefix, 0, covered, 0, prefix.length);
        System.arraycopy(body, 0, covered, prefix.length, body.length);
        return message.signedBy(author.sign(covered), Optional.empty());
    }

    @Test
    void messageWithALongSequenceNumber_isDropped_andItsBearerHeardOn() throws Exception {
        var identity = Identity.generate(KeyType.ED25519, new SecureRandom());
        try (var server = Host.builder()
                        .identity(identity)
                        .listen("/ip4/127.0.0.1/tcp/0")
                        .build();
                var client = Host.builder()
                        .identity(author)
                        .protocol(PROTOCOL, stream -> stream.input().transferTo(OutputStream.nullOutputStream()))
                        .build();
                var gossipsub = Gossipsub.at(server, identity).start();
                var heard = gossipsub.subscribe(TOPIC)) {
            server.start();
            var stream = client.newStream(server.addresses().getFirst(), List.of(PROTOCOL), PATIENCE);
            for (var message : List.of(signed("huge", 1 << 19), signed("nine", 9), signed("right", Long.BYTES))) {
                var bytes = RpcCodec.encodeDelimited(Rpc.messages(List.of(message)));
                stream.write(bytes, 0, bytes.length);
            }

            var first = heard.next(PATIENCE).orElseThrow();

            assertThat(new String(first.data(), StandardCharsets.UTF_8)).isEqualTo("right");
            stream.reset();
        }
    }

    @Test
    void advertisedAndWantedIdsThatAreTooLong_areLeftOut() {
        var longest = MessageId.of(new byte[MessageId.MAX_BYTES]);
        var tooLong = MessageId.of(new byte[MessageId.MAX_BYTES + 1]);
        var huge = MessageId.of(new byte[1 << 19]);
        var rpc = Rpc.iHave(List.of(new IHave(TOPIC, List.of(huge, longest, tooLong))))
                .and(Rpc.iWant(List.of(tooLong, longest)));

        var read = RpcCodec.decode(RpcCodec.encode(rpc));

        assertThat(read.iHave()).containsExactly(new IHave(TOPIC, List.of(longest)));
        assertThat(read.iWant()).containsExactly(longest);
    }
}
