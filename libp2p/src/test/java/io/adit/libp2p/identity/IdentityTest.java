package io.adit.libp2p.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.libp2p.AnyBytes;
import io.adit.libp2p.wire.Base58;
import io.adit.libp2p.wire.MalformedWireException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityTest {
    /** Ed25519 and secp256k1 test vectors of the libp2p peer-ids specification, private and public. */
    @ParameterizedTest
    @CsvSource({
        "080112407e0830617c4a7de83925dfb2694556b12936c477a0e1feb2e148ec9da60fee7d1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e,"
                + "080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e",
        "0802122053DADF1D5A164D6B4ACDB15E24AA4C5B1D3461BDBD42ABEDB0A4404D56CED8FB,"
                + "08021221037777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca99",
    })
    void keysOfTheSpecification_areRead(String privateHex, String publicHex) {
        var hex = HexFormat.of();
        var identity = Identity.fromProtobuf(hex.parseHex(privateHex));

        assertThat(identity.publicKey().toProtobuf()).isEqualTo(hex.parseHex(publicHex));
        assertThat(identity.toProtobuf()).isEqualTo(hex.parseHex(privateHex));
        assertThat(PublicKey.fromProtobuf(hex.parseHex(publicHex))).isEqualTo(identity.publicKey());
    }

    @ParameterizedTest
    @EnumSource
    void identitySurvivesExport_andSigns(KeyType type) {
        var identity = Identity.generate(type, new SecureRandom());
        var again = Identity.fromProtobuf(identity.toProtobuf());
        var message = new byte[] {1, 2, 3};
        var signature = again.sign(message);

        assertThat(again.peerId()).isEqualTo(identity.peerId());
        assertThat(identity.publicKey().verify(message, signature)).isTrue();
        assertThat(identity.publicKey().verify(new byte[] {1, 2}, signature)).isFalse();
        for (var index = 0; index < signature.length; index++) {
            var changed = signature.clone();
            changed[index] ^= 1;
            assertThat(identity.publicKey().verify(message, changed)).isFalse();
        }
        assertThat(identity.publicKey().verify(message, new byte[0])).isFalse();
        assertThat(identity.publicKey().verify(message, Arrays.copyOf(signature, signature.length + 1)))
                .isFalse();
        assertThat(identity).hasToString(type + " " + identity.peerId());
    }

    @Test
    void halvesOfTwoKeys_areRefused() {
        var one = Identity.generate(KeyType.ED25519, new SecureRandom()).toProtobuf();
        var other = Identity.generate(KeyType.ED25519, new SecureRandom()).toProtobuf();
        System.arraycopy(other, other.length - 32, one, one.length - 32, 32);

        assertThatThrownBy(() -> Identity.fromProtobuf(one)).isInstanceOf(MalformedWireException.class);
    }

    @ParameterizedTest
    @EnumSource
    void publicKeyOfAnyOtherBytes_isRefused(KeyType type) {
        assertThatThrownBy(() -> PublicKey.of(type, new byte[31])).isInstanceOf(MalformedWireException.class);
        assertThatThrownBy(() -> PublicKey.of(type, new byte[5000])).isInstanceOf(MalformedWireException.class);
    }

    /** From the peer-ids specification. */
    @Test
    void base58AndCid_nameTheSamePeer() {
        var base58 = "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N";

        assertThat(PeerId.parse(base58)).hasToString(base58);
        assertThat(PeerId.parse("bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe"))
                .isEqualTo(PeerId.parse(base58));
        assertThat(PeerId.parse("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA")
                        .bytes())
                .hasSize(38);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Qm", "1", "b", "bafy", "0OIl", "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5"})
    void malformedPeerId_isRefused(String text) {
        assertThatThrownBy(() -> PeerId.parse(text)).isInstanceOf(MalformedWireException.class);
    }

    @Test
    void anyBytes_areAPeerIdOrRefused() {
        AnyBytes.repeat(2000, 60, bytes -> {
            try {
                var peer = PeerId.fromBytes(bytes);
                assertThat(PeerId.parse(peer.toString())).isEqualTo(peer);
            } catch (MalformedWireException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        });
    }

    @Test
    void anyText_isAPeerIdOrRefused() {
        AnyBytes.repeat(2000, 200, bytes -> {
            try {
                assertThat(PeerId.parse(new String(bytes, StandardCharsets.ISO_8859_1))
                                .bytes())
                        .isNotEmpty();
            } catch (MalformedWireException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        });
    }

    @Test
    void anyBytes_surviveBase58() {
        AnyBytes.repeat(
                1000,
                64,
                bytes -> assertThat(Base58.decode(Base58.encode(bytes))).isEqualTo(bytes));
    }

    @Test
    void anyBytes_areAKeyOrRefused() {
        AnyBytes.repeat(2000, 100, bytes -> {
            try {
                assertThat(PublicKey.fromProtobuf(bytes).peerId().bytes()).isNotEmpty();
            } catch (MalformedWireException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        });
    }
}
