package io.adit.market.ipni;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.identity.PublicKey;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.record.SignedEnvelope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What go-libipni's own publisher served, written again byte by byte. */
class IpniVectorsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static JsonNode sample() throws IOException {
        try (var in = IpniVectorsTest.class.getResourceAsStream("/vectors/deals/ipni_sample.json")) {
            return JSON.readTree(Objects.requireNonNull(in));
        }
    }

    private static byte[] bytes(JsonNode node) {
        return Base64.getDecoder().decode(node.path("/").path("bytes").asText());
    }

    private static Cid link(JsonNode node) {
        return Cid.parse(node.path("/").asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"adDagJson", "previousAdDagJson"})
    void anAdvertisement_isTheSameBlock_andItsSignatureCoversTheSame(String name) throws IOException {
        var text = sample().path(name).asText();
        var fields = JSON.readTree(text);
        var addresses = new ArrayList<String>();
        fields.path("Addresses").forEach(address -> addresses.add(address.asText()));
        var ad = new Advertisement(
                fields.has("PreviousID") ? Optional.of(link(fields.path("PreviousID"))) : Optional.empty(),
                fields.path("Provider").asText(),
                addresses,
                link(fields.path("Entries")),
                bytes(fields.path("ContextID")),
                bytes(fields.path("Metadata")),
                fields.path("IsRm").asBoolean());
        var signature = bytes(fields.path("Signature"));

        assertThat(new String(ad.block(signature), UTF_8)).isEqualTo(text);
        var envelope = SignedEnvelope.open(signature, Advertisement.DOMAIN);
        assertThat(envelope.payload()).isEqualTo(ad.covered());
        assertThat(new String(envelope.payloadType(), UTF_8)).isEqualTo(Advertisement.SIGNATURE_CODEC);
        assertThat(envelope.signer().peerId().toString()).isEqualTo(ad.provider());
        assertThat(bytes(fields.path("Metadata")))
                .isEqualTo(AdTransport.metadata(EnumSet.of(AdTransport.IPFS_GATEWAY_HTTP)));
    }

    @Test
    void theHead_isTheCidOfTheNewest_andItsSignatureCoversTheSame() throws IOException {
        var sample = sample();
        var head = Cid.parse(sample.path("headCid").asText());
        var text = sample.path("headResponse").asText();
        var fields = JSON.readTree(text);
        var key = bytes(fields.path("pubkey"));
        var signature = bytes(fields.path("sig"));

        assertThat(Advertisement.cidOf(sample.path("adDagJson").asText().getBytes(UTF_8)))
                .isEqualTo(head);
        assertThat(new String(SignedHead.encode(head, key, signature), UTF_8)).isEqualTo(text);
        assertThat(PublicKey.fromProtobuf(key).verify(SignedHead.covered(head), signature))
                .isTrue();
    }

    @Test
    void anAnnouncement_isTheSameMessage() throws IOException {
        var sample = sample();
        var message = Indexer.message(
                Cid.parse(sample.path("headCid").asText()),
                List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/3104/http")),
                PeerId.parse(sample.path("peer").asText()));
        var expected = sample.path("announcePut").path("cborHex").asText();

        assertThat(HexFormat.of().formatHex(message)).isEqualTo(expected);
    }

    @Test
    void theMetadataOfEachTransport_andOfAll() {
        var hex = HexFormat.of();
        assertThat(hex.formatHex(AdTransport.metadata(EnumSet.of(AdTransport.BITSWAP))))
                .isEqualTo("8012");
        assertThat(hex.formatHex(AdTransport.metadata(EnumSet.of(AdTransport.FILECOIN_PIECE_HTTP))))
                .isEqualTo("b01200");
        assertThat(hex.formatHex(AdTransport.metadata(EnumSet.allOf(AdTransport.class))))
                .isEqualTo("8012a01200b01200");
    }

    @Test
    void noEntries_isTheCidOfNothing() {
        var digest = new byte[16];
        System.arraycopy(Multihash.sha256Of(new byte[0]).digest(), 0, digest, 0, 16);
        assertThat(Advertisement.NO_ENTRIES).isEqualTo(Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, digest)));
    }
}
