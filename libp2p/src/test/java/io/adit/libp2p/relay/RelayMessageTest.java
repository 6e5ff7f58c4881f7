package io.adit.libp2p.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.libp2p.Fuzzer;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.record.SignedEnvelope;
import io.adit.libp2p.relay.RelayMessage.Purpose;
import io.adit.libp2p.relay.RelayMessage.Shape;
import io.adit.libp2p.wire.MalformedWireException;
import io.adit.libp2p.wire.Protobuf;
import java.io.ByteArrayInputStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RelayMessageTest {
    private static final String DOMAIN = "libp2p-relay-rsvp";
    private static final byte[] VOUCHER = {3, 2};
    private static final Instant END = Instant.ofEpochSecond(1_800_000_000);

    private final Identity relay = Identity.generate(KeyType.ED25519, new SecureRandom());
    private final Identity self = Identity.generate(KeyType.SECP256K1, new SecureRandom());

    private byte[] voucher(Identity names, Identity holder, Instant expires) {
        return new Protobuf.Writer()
                .bytes(1, names.peerId().bytes())
                .bytes(2, holder.peerId().bytes())
                .varint(3, expires.getEpochSecond())
                .toByteArray();
    }

    private void check(byte[] envelope) {
        Reservation.checkVoucher(envelope, relay.peerId(), self.peerId(), END);
    }

    @Test
    void voucherOfTheRelay_isTaken() {
        assertThatCode(() -> check(SignedEnvelope.seal(relay, DOMAIN, VOUCHER, voucher(relay, self, END))))
                .doesNotThrowAnyException();
    }

    @Test
    void voucherThatIsNotTheRelaysWordForThisHost_isRefused() {
        var good = voucher(relay, self, END);

        assertThatThrownBy(() -> check(SignedEnvelope.seal(self, DOMAIN, VOUCHER, good)))
                .hasMessageContaining("not of relay");
        assertThatThrownBy(() -> check(SignedEnvelope.seal(relay, "libp2p-peer-record", VOUCHER, good)))
                .hasMessageContaining("is not signed by");
        assertThatThrownBy(() -> check(SignedEnvelope.seal(relay, DOMAIN, new byte[] {3, 1}, good)))
                .hasMessageContaining("no reservation voucher");
        assertThatThrownBy(() -> check(SignedEnvelope.seal(relay, DOMAIN, VOUCHER, voucher(self, self, END))))
                .hasMessageContaining("not of relay");
        assertThatThrownBy(() -> check(SignedEnvelope.seal(relay, DOMAIN, VOUCHER, voucher(relay, relay, END))))
                .hasMessageContaining("for another peer");
        assertThatThrownBy(() ->
                        check(SignedEnvelope.seal(relay, DOMAIN, VOUCHER, voucher(relay, self, END.minusSeconds(1)))))
                .hasMessageContaining("ends before");
    }

    @Test
    void questionsAreReadAsTheyWereWritten_limitsAndReservationsToo() {
        var question = RelayMessage.connect(self.peerId());
        assertThat(RelayMessage.decode(question.encode(Shape.HOP), Shape.HOP)).isEqualTo(question);
        assertThat(RelayMessage.decode(question.encode(Shape.STOP), Shape.STOP)).isEqualTo(question);
        var address = Multiaddr.parse("/ip4/192.0.2.1/tcp/4001");
        var answer = new Protobuf.Writer()
                .varint(1, 2)
                .bytes(
                        3,
                        new Protobuf.Writer()
                                .varint(1, END.getEpochSecond())
                                .bytes(2, address.bytes())
                                .bytes(2, new byte[] {1, 2, 3})
                                .toByteArray())
                .bytes(
                        4,
                        new Protobuf.Writer().varint(1, 120).varint(2, 1 << 17).toByteArray())
                .varint(5, 100)
                .toByteArray();

        var read = RelayMessage.decode(answer, Shape.HOP);

        assertThat(read.purpose()).isEqualTo(Purpose.STATUS);
        assertThat(read.status()).contains(100L);
        assertThat(read.limit()).isEqualTo(new CircuitLimit(Duration.ofMinutes(2), 1 << 17));
        assertThat(read.reservation().orElseThrow().expires()).isEqualTo(END);
        assertThat(read.reservation().orElseThrow().addresses()).containsExactly(address);
    }

    @Test
    void tooLongAMessage_isRefusedBeforeItIsRead() {
        assertThatThrownBy(() ->
                        RelayMessage.receive(new ByteArrayInputStream(new byte[] {(byte) 0x81, 0x20}), Shape.HOP))
                .isInstanceOf(Libp2pException.class)
                .hasMessageContaining("4097 bytes; the limit is 4096");
    }

    @Test
    void circuitAddresses_areTakenApart() {
        var id = relay.peerId();
        var whole = Multiaddr.parse("/ip4/192.0.2.1/tcp/4001/p2p/" + id + "/p2p-circuit/p2p/" + self.peerId());

        assertThat(CircuitAddress.parse(whole).orElseThrow().relay()).hasToString("/ip4/192.0.2.1/tcp/4001/p2p/" + id);
        assertThat(CircuitAddress.isCircuit(Multiaddr.parse("/ip4/192.0.2.1/tcp/4001")))
                .isFalse();
        assertThat(CircuitAddress.parse(Multiaddr.parse("/p2p-circuit/p2p/" + id)))
                .isEmpty();
        assertThat(CircuitAddress.parse(Multiaddr.parse("/p2p/" + id + "/p2p-circuit")))
                .isEmpty();
        assertThat(CircuitAddress.parse(Multiaddr.parse("/ip4/192.0.2.1/tcp/4001/p2p-circuit")))
                .isEmpty();
        assertThat(CircuitAddress.relayPart(Multiaddr.parse("/ip4/192.0.2.1/tcp/4001/p2p/" + id), id)
                        .orElseThrow())
                .hasToString("/ip4/192.0.2.1/tcp/4001");
        assertThat(CircuitAddress.relayPart(Multiaddr.parse("/ip4/192.0.2.1/tcp/4001/p2p/" + self.peerId()), id))
                .isEmpty();
    }

    @Test
    void anyInput_isReadOrATypedFailure() {
        Fuzzer.of("relay", 2 << 20).run(20_000, (input, random) -> {
            for (var shape : Shape.values()) {
                try {
                    RelayMessage.decode(input, shape)
                            .reservation()
                            .flatMap(RelayMessage.Granted::voucher)
                            .ifPresent(this::check);
                } catch (MalformedWireException refused) {
                    // as it should be
                }
            }
        });
    }
}
