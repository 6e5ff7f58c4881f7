package io.adit.core.fil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.core.Vectors;
import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Hashes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommPTest {
    @ParameterizedTest
    @MethodSource("vectors")
    void commitmentAndCidsAreTheReferences_forVectors(JsonNode vector) {
        var payload = payload(vector);
        assertThat(Vectors.hex(Hashes.sha256(payload)))
                .isEqualTo(vector.required("payload_sha256").asText());

        var piece = CommP.of(payload);

        assertThat(piece.commP().toHex()).isEqualTo(vector.required("commp").asText());
        assertThat(piece.size().bytes())
                .isEqualTo(vector.required("padded_size").asLong());
        assertThat(piece.pieceCidV1())
                .hasToString(vector.required("piece_cid_v1").asText());
        assertThat(PieceCid.v2(piece.commP(), payload.length))
                .hasToString(vector.required("piece_cid_v2").asText());
        assertThat(PieceCid.v2(piece, payload.length).bytes()).isEqualTo(Vectors.hex(vector, "piece_cid_v2_bytes"));
    }

    @ParameterizedTest
    @MethodSource("dealVectors")
    void commitmentAndCidsAreBoosts_forVectors(JsonNode vector) {
        assertThat(vector.required("rule").asText()).isEqualTo("byte i = (i*7+3) & 0xff");
        var payload = new byte[vector.required("payloadBytes").asInt()];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) (i * 7 + 3);
        }

        var piece = CommP.of(payload);

        assertThat(piece.commP().toHex()).isEqualTo(vector.required("commp").asText());
        assertThat(piece.size().bytes()).isEqualTo(vector.required("pieceSize").asLong());
        assertThat(piece.pieceCidV1()).hasToString(vector.required("pieceCidV1").asText());
        assertThat(PieceCid.v2(piece.commP(), payload.length))
                .hasToString(vector.required("pieceCidV2").asText());
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void paddingStreamGivesFr32_andUnpaddingUndoesIt(JsonNode vector) throws IOException {
        var payload = payload(vector);

        var padded = new Fr32PaddingStream(new ByteArrayInputStream(payload)).readAllBytes();

        var fr32 = vector.path("fr32");
        if (!fr32.isMissingNode()) {
            var whole = Arrays.copyOf(padded, vector.required("padded_size").asInt());
            assertThat(Vectors.hex(whole)).isEqualTo(fr32.asText());
        }
        var raw = new Fr32UnpaddingStream(new ByteArrayInputStream(padded)).readAllBytes();
        assertThat(raw).hasSize((payload.length + 126) / 127 * 127);
        assertThat(Arrays.copyOf(payload, raw.length)).isEqualTo(raw);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 126, 127, 128, 1000, 8127, 8128, 8129, 20000})
    void commitmentIsTheSame_howeverThePayloadIsCut(int step) {
        var payload = new byte[100_003];
        new Random(5).nextBytes(payload);
        var whole = CommP.of(payload);
        var commP = new CommP();

        for (int at = 0; at < payload.length; at += step) {
            commP.update(payload, at, Math.min(step, payload.length - at));
        }

        assertThat(commP.rawSize()).isEqualTo(payload.length);
        assertThat(commP.finish()).isEqualTo(whole);
    }

    @Test
    void largerPieceIsTheSame_whetherPaddedBeforeOrAfter() {
        var payload = new byte[5000];
        new Random(6).nextBytes(payload);
        var size = new PaddedSize(1 << 20);
        var commP = new CommP();
        commP.update(payload, 0, payload.length);

        assertThat(commP.finish(size)).isEqualTo(PieceTree.padTo(CommP.of(payload), size));
    }

    @Test
    void finishRefuses_whenEmptyTooLongOrTwice() {
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> new CommP().finish());
        var commP = new CommP();
        commP.update(new byte[128], 0, 128);
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> commP.finish(new PaddedSize(128)));
        commP.finish();
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(commP::finish);
    }

    @Test
    void abandonedOne_takesAndGivesNothing_andAbandoningIsNoErrorAfterTheEnd() {
        var commP = new CommP();
        commP.update(new byte[100_000], 0, 100_000);
        commP.abandon();
        commP.abandon();
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> commP.update(new byte[1], 0, 1));
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(commP::finish);
        var finished = new CommP();
        finished.update(new byte[100_000], 0, 100_000);
        finished.finish();
        finished.abandon();
        assertThat(finished.rawSize()).isEqualTo(100_000);
    }

    @Test
    void hashersThatCannotBeLoaded_areLeftOut(@TempDir Path folder) throws IOException {
        var services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(PieceHashers.class.getName()), "no.such.Hashers\njava.lang.String\n");
        try (var loader = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            assertThat(CommP.find(loader)).isEqualTo(CommP.find(getClass().getClassLoader()));
        }
    }

    @ParameterizedTest
    @MethodSource("zeros")
    void zeroCommitments_forVectors(JsonNode vector) {
        var size = new PaddedSize(vector.required("padded_size").asLong());

        assertThat(ZeroCommitments.of(size).toHex())
                .isEqualTo(vector.required("comm").asText());
        assertThat(ZeroCommitments.of(size).asUnsealedCid())
                .hasToString(vector.required("cid").asText());
        assertThat(PieceTree.commD(List.of(), size)).isEqualTo(ZeroCommitments.of(size));
    }

    @ParameterizedTest
    @MethodSource("pieceCids")
    void pieceCidVersionsConvert_forVectors(JsonNode vector) {
        var commP = Commitment.fromHex(vector.required("commp").asText());
        long rawSize = vector.required("raw_size").asLong();
        var size = new PaddedSize(vector.required("padded_size").asLong());

        var parsed = PieceCid.parse(vector.required("piece_cid_v2").asText());

        assertThat(parsed).isEqualTo(PieceCid.of(new PieceInfo(commP, size), rawSize));
        assertThat(parsed.v1()).hasToString(vector.required("piece_cid_v1").asText());
        assertThat(parsed.v2().orElseThrow().bytes()).isEqualTo(Vectors.hex(vector, "bytes"));
        assertThat(PieceCid.parse(parsed.v1()).commP()).isEqualTo(commP);
        assertThat(PieceCid.parse(parsed.v1()).v2()).isEmpty();
    }

    @Test
    void pieceCidRefuses_whenSizesDoNotAgree() {
        var commP = ZeroCommitments.of(new PaddedSize(128));
        var piece = new PieceInfo(commP, new PaddedSize(128));

        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> PieceCid.v2(piece, 128));
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> PieceCid.v2(piece, 0));
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> PieceCid.parse(Cid.rawSha256(new byte[1])));
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> PieceCid.parse(commP.asSealedCid()));
    }

    static byte[] payload(JsonNode vector) {
        int length = vector.required("payload_len").asInt();
        var payload = new byte[length];
        switch (vector.required("payload_rule").asText()) {
            case "byte[i] = (7*i + len) mod 251" -> {
                for (int i = 0; i < length; i++) {
                    payload[i] = (byte) ((7L * i + length) % 251);
                }
            }
            case "all 0x00" -> Arrays.fill(payload, (byte) 0);
            case "all 0xff" -> Arrays.fill(payload, (byte) 0xff);
            default ->
                throw new IllegalArgumentException(
                        vector.required("payload_rule").asText());
        }
        return payload;
    }

    static Stream<JsonNode> vectors() {
        return Vectors.each("filecoin/commp.json");
    }

    static Stream<JsonNode> dealVectors() {
        return Vectors.each(Vectors.read("deals/commp.json").required("vectors"));
    }

    static Stream<JsonNode> zeros() {
        return Vectors.each("filecoin/zero_commitments.json");
    }

    static Stream<JsonNode> pieceCids() {
        return Vectors.each("filecoin/piece_cid_v2.json");
    }
}
