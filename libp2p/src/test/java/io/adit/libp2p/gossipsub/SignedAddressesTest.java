package io.adit.libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.adit.libp2p.Host;
import io.adit.libp2p.gossipsub.PeerState.Speaks;
import io.adit.libp2p.gossipsub.Rpc.ExchangedPeer;
import io.adit.libp2p.gossipsub.Rpc.Prune;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.record.SignedEnvelope;
import io.adit.libp2p.wire.MalformedWireException;
import io.adit.libp2p.wire.Protobuf;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class SignedAddressesTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String DOMAIN = "libp2p-peer-record";
    private static final byte[] TYPE = {3, 1};
    private static final String OUTSIDE = "/ip4/198.51.100.7/tcp/4001";

    private final Identity peer = Identity.generate(KeyType.ED25519, new SecureRandom());
    private final Identity other = Identity.generate(KeyType.SECP256K1, new SecureRandom());

    private static byte[] record(Identity of, String... addresses) {
        var record = new Protobuf.Writer().bytes(1, of.peerId().bytes()).varint(2, 1);
        for (var address : addresses) {
            record.bytes(
                    3,
                    new Protobuf.Writer()
                            .bytes(1, Multiaddr.parse(address).bytes())
                            .toByteArray());
        }
        return record.toByteArray();
    }

    private List<Multiaddr> read(byte[] envelope) {
        return SignedAddresses.in(envelope, peer.peerId());
    }

    @Test
    void ownAddressesOfAPeer_areRead_butNoneInside() {
        var record = record(peer, OUTSIDE, "/ip4/10.0.0.1/tcp/22", "/dns4/inside/tcp/22", "/ip4/127.0.0.1/tcp/1");

        assertThat(read(SignedEnvelope.seal(peer, DOMAIN, TYPE, record))).containsExactly(Multiaddr.parse(OUTSIDE));
    }

    @Test
    void whatIsNotThePeersOwnRecord_isRefused() {
        var record = record(peer, OUTSIDE);

        for (var envelope : List.of(
                SignedEnvelope.seal(other, DOMAIN, TYPE, record),
                SignedEnvelope.seal(peer, DOMAIN, TYPE, record(other, OUTSIDE)),
                SignedEnvelope.seal(peer, DOMAIN, new byte[] {3, 2}, record),
                SignedEnvelope.seal(peer, "libp2p-relay-rsvp", TYPE, record),
                new byte[] {1, 2, 3})) {
            assertThatThrownBy(() -> read(envelope)).isInstanceOf(MalformedWireException.class);
        }
    }

    @Test
    void addressesThatComeWithAPrune_areInTheBook() throws Exception {
        var identity = Identity.generate(KeyType.ED25519, new SecureRandom());
        var protocol = Speaks.EXCHANGE.protocol();
        try (var server = Host.builder()
                        .identity(identity)
                        .listen("/ip4/127.0.0.1/tcp/0")
                        .build();
                var client = Host.builder()
                        .identity(other)
                        .protocol(protocol, stream -> stream.input().transferTo(OutputStream.nullOutputStream()))
                        .build();
                var gossipsub = Gossipsub.at(server, identity).start();
                var heard = gossipsub.subscribe("topic")) {
            server.start();
            var signed = SignedEnvelope.seal(peer, DOMAIN, TYPE, record(peer, OUTSIDE));
            var offer = new Prune(
                    heard.topic(), List.of(new ExchangedPeer(peer.peerId(), Optional.of(signed))), Optional.empty());
            var stream = client.newStream(server.addresses().getFirst(), List.of(protocol), PATIENCE);
            var bytes = RpcCodec.encodeDelimited(Rpc.mesh(List.of(), List.of(offer)));

            stream.write(bytes, 0, bytes.length);

            await().atMost(PATIENCE)
                    .until(() -> !server.addressBook().addresses(peer.peerId()).isEmpty());
            assertThat(server.addressBook().addresses(peer.peerId())).containsExactly(Multiaddr.parse(OUTSIDE));
            stream.reset();
        }
    }
}
