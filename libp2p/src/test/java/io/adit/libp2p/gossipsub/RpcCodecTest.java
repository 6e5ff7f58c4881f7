package io.adit.libp2p.gossipsub;

import static io.adit.libp2p.gossipsub.GossipFixtures.id;
import static io.adit.libp2p.gossipsub.GossipFixtures.peer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.adit.libp2p.Fuzzer;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.gossipsub.Rpc.ExchangedPeer;
import io.adit.libp2p.gossipsub.Rpc.IHave;
import io.adit.libp2p.gossipsub.Rpc.Prune;
import io.adit.libp2p.gossipsub.Rpc.Subscribed;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.wire.MalformedWireException;
import io.adit.libp2p.wire.Protobuf;
import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RpcCodecTest {
    private final Identity identity = Identity.generate(KeyType.ED25519, new SecureRandom());

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void everything_isReadAsItWasWritten() throws Exception {
        var rpc = new Rpc(
                List.of(new Subscribed("a", true), new Subscribed("b", false)),
                List.of(),
                List.of(new IHave("a", List.of(id("1"), id("2")))),
                List.of(id("3")),
                List.of("c"),
                List.of(
                        new Prune(
                                "d",
                                List.of(
                                        new ExchangedPeer(peer(1), Optional.empty()),
                                        new ExchangedPeer(identity.peerId(), Optional.empty())),
                                Optional.of(Duration.ofSeconds(60))),
                        new Prune("e", List.of(), Optional.empty())));

        assertThat(RpcCodec.read(new ByteArrayInputStream(RpcCodec.encodeDelimited(rpc)), () -> {}))
                .contains(rpc);
        assertThat(RpcCodec.encode(rpc).length).isLessThanOrEqualTo(rpc.sizeBound() + 100);
    }

    @ParameterizedTest
    @EnumSource
    void signedMessage_isVerified_changedOneIsNot(KeyType type) {
        var author = Identity.generate(type, new SecureRandom());
        var signing = new Signing(SigningPolicy.STRICT_SIGN, author, 7);
        var sent = Rpc.messages(List.of(signing.own("topic", bytes("data"))));

        var read = RpcCodec.decode(RpcCodec.encode(sent)).messages().getFirst();

        var reader = new Signing(SigningPolicy.STRICT_SIGN, identity, 0);
        assertThat(read.author()).contains(author.peerId());
        assertThat(reader.isRight(read)).isTrue();
        assertThat(reader.objection(read, identity.peerId())).isEmpty();
        assertThat(reader.objection(read, author.peerId())).contains(Rejection.SELF_ORIGIN);
        var changed = new PubsubMessage(
                read.from(), Optional.of(bytes("date")), read.sequence(), "topic", read.signature(), read.key());
        assertThat(reader.isRight(changed)).isFalse();
        var other = new PubsubMessage(
                Optional.of(identity.peerId().bytes()),
                read.data(),
                read.sequence(),
                "topic",
                read.signature(),
                Optional.of(author.publicKey().toProtobuf()));
        assertThat(reader.isRight(other)).as("signed by somebody else").isFalse();
    }

    @Test
    void unsignedMessage_isWhatTheStrictPoliciesSay() {
        var unsigned = PubsubMessage.unsigned("topic", bytes("data"));
        var signed = new Signing(SigningPolicy.STRICT_SIGN, identity, 0).own("topic", bytes("data"));
        var strict = new Signing(SigningPolicy.STRICT_SIGN, identity, 0);
        var none = new Signing(SigningPolicy.STRICT_NO_SIGN, identity, 0);

        assertThat(strict.objection(unsigned, peer(1))).contains(Rejection.MISSING_SIGNATURE);
        assertThat(none.objection(unsigned, peer(1))).isEmpty();
        assertThat(none.objection(signed, peer(1))).contains(Rejection.UNEXPECTED_SIGNATURE);
    }

    @Test
    void tooLongAnRpc_isRefusedBeforeItIsRead() {
        var announced = new byte[] {(byte) 0x81, (byte) 0x80, 0x40};
        assertThatThrownBy(() -> RpcCodec.read(new ByteArrayInputStream(announced), () -> {}))
                .isInstanceOf(Libp2pException.class)
                .hasMessageContaining("1048577 bytes; the limit is 1048576");
    }

    @Test
    void tooManyElements_areRefused_whereverTheyAre() {
        var ids = new Protobuf.Writer();
        IntStream.range(0, 6000).forEach(number -> ids.bytes(2, new byte[1]));
        var control = new Protobuf.Writer();
        IntStream.range(0, 4).forEach(number -> control.bytes(1, ids.toByteArray()));
        var rpc = new Protobuf.Writer().bytes(3, control.toByteArray()).toByteArray();

        assertThatThrownBy(() -> RpcCodec.decode(rpc)).isInstanceOf(MalformedWireException.class);
    }

    @Test
    void largeRpc_isSentInPartsWithinTheLimit() {
        var ids = IntStream.range(0, 5000)
                .mapToObj(number -> id("message " + number))
                .toList();
        var rpc = new Rpc(
                List.of(new Subscribed("a", true)),
                List.of(PubsubMessage.unsigned("a", new byte[40_000]), PubsubMessage.unsigned("a", new byte[40_000])),
                List.of(new IHave("a", ids)),
                ids,
                List.of("a"),
                List.of());

        var parts = rpc.parts(50_000);

        assertThat(parts)
                .allSatisfy(part -> assertThat(RpcCodec.encode(part).length).isLessThan(50_000));
        assertThat(parts.stream().mapToInt(part -> part.messages().size()).sum())
                .isEqualTo(2);
        assertThat(parts.stream().flatMap(part -> part.iWant().stream())).containsExactlyElementsOf(ids);
        assertThat(parts.stream().flatMap(part -> part.iHave().stream()).flatMap(have -> have.ids().stream()))
                .containsExactlyElementsOf(ids);
    }

    /** As many elements as one RPC may have: measuring or copying a part anew for each would take hundreds of megabytes. */
    @Test
    void cuttingAnRpc_costsNoMoreThanItsElements() {
        var messages = IntStream.range(0, RpcCodec.MAX_ELEMENTS)
                .mapToObj(number -> PubsubMessage.unsigned("t", bytes(String.valueOf(number))))
                .toList();
        var rpc = Rpc.messages(messages);
        var limit = 200_000;
        var allocations = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var before = allocations.getCurrentThreadAllocatedBytes();

        var parts = rpc.parts(limit);

        assertThat(allocations.getCurrentThreadAllocatedBytes() - before).isLessThan(8 << 20);
        assertThat(parts.stream().flatMap(part -> part.messages().stream())).containsExactlyElementsOf(messages);
        assertThat(parts).allSatisfy(part -> assertThat(part.sizeBound()).isLessThanOrEqualTo(limit));
        for (int i = 1; i < parts.size(); i++) {
            var next = parts.get(i).messages().getFirst().sizeBound();
            assertThat(parts.get(i - 1).sizeBound() + next)
                    .as("no part is smaller than need be")
                    .isGreaterThan(limit);
        }
    }

    @Test
    void anyInput_isReadOrATypedFailure_andWhatWasReadIsWrittenAndReadAlike() {
        Fuzzer.of("gossipsub", 4 << 20).run(20_000, (input, random) -> {
            try {
                var rpc = RpcCodec.decode(input);
                var again = RpcCodec.decode(RpcCodec.encode(rpc));
                assertThat(again.iHave()).isEqualTo(rpc.iHave());
                assertThat(again.subscriptions()).isEqualTo(rpc.subscriptions());
                assertThat(again.messages()).hasSameSizeAs(rpc.messages());
                rpc.messages().forEach(new Signing(SigningPolicy.STRICT_SIGN, identity, 0)::isRight);
            } catch (MalformedWireException refused) {
                // as it should be
            }
        });
    }
}
