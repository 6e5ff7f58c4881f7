package io.adit.market.bitswap;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.ipld.Cid;
import io.adit.libp2p.wire.Delimited;
import io.adit.libp2p.wire.Protobuf;
import io.adit.market.bitswap.Answer.Found;
import io.adit.market.retrieve.ServedBlocks;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AnswerTest {
    private static final byte[] DATA = "some block".getBytes(US_ASCII);
    private static final Cid RAW = Cid.rawSha256(DATA);
    private static final Cid V0 = Cid.parse("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn");

    private static final Answer ANSWER = new Answer(
            List.of(new Found(RAW, ServedBlocks.Block.of(DATA)), new Found(V0, ServedBlocks.Block.of(new byte[300]))),
            List.of(new Presence(RAW, true), new Presence(V0, false)),
            5_000_000_000L);

    @Test
    void version120_saysWhatIsHereAndWhatIsToCome() throws IOException {
        var message = written(ANSWER, BitswapProtocol.V1_2_0);

        assertThat(message.bytes(1)).contains(new byte[0]);
        assertThat(message.repeated(2)).isEmpty();
        var blocks = message.repeated(3).stream()
                .map(block -> Protobuf.parse(block, 2))
                .toList();
        assertThat(blocks).hasSize(2);
        assertThat(hex(blocks.get(0).bytes(1))).isEqualTo("01551220");
        assertThat(blocks.get(0).bytes(2)).contains(DATA);
        assertThat(hex(blocks.get(1).bytes(1))).isEqualTo("00701220");
        assertThat(blocks.get(1).bytes(2)).contains(new byte[300]);
        var presences = message.repeated(4).stream()
                .map(presence -> Protobuf.parse(presence, 2))
                .toList();
        assertThat(presences.get(0).bytes(1)).contains(RAW.bytes());
        assertThat(presences.get(0).varint(2)).isEmpty();
        assertThat(presences.get(1).bytes(1)).contains(V0.bytes());
        assertThat(presences.get(1).varint(2)).hasValue(1);
        assertThat(message.varint(5)).hasValue(Integer.MAX_VALUE);
    }

    @Test
    void version110_hasNothingButBlocks() throws IOException {
        var message = written(ANSWER, BitswapProtocol.V1_1_0);

        assertThat(message.repeated(3)).hasSize(2);
        assertThat(message.repeated(4)).isEmpty();
        assertThat(message.varint(5)).isEmpty();
    }

    @Test
    void olderVersions_haveBareBlocks() throws IOException {
        for (var old : List.of(BitswapProtocol.V1_0_0, BitswapProtocol.UNVERSIONED)) {
            var message = written(ANSWER, old);

            assertThat(message.repeated(2)).containsExactly(DATA, new byte[300]);
            assertThat(message.repeated(3)).isEmpty();
            assertThat(message.repeated(4)).isEmpty();
        }
    }

    @Test
    void presencesAlone_areNothingToOlderVersions() {
        var presences = new Answer(List.of(), ANSWER.presences(), 0);

        assertThat(presences.isEmptyFor(BitswapProtocol.V1_2_0)).isFalse();
        assertThat(presences.isEmptyFor(BitswapProtocol.V1_1_0)).isTrue();
        assertThat(ANSWER.isEmptyFor(BitswapProtocol.V1_0_0)).isFalse();
    }

    private static String hex(Optional<byte[]> bytes) {
        return HexFormat.of().formatHex(bytes.orElseThrow());
    }

    /** What arrives, read to its end. */
    static Protobuf written(Answer answer, BitswapProtocol protocol) throws IOException {
        var out = new ByteArrayOutputStream();
        answer.writeTo(protocol, new Answer.Sink() {
            @Override
            public void bytes(byte[] bytes) {
                out.writeBytes(bytes);
            }

            @Override
            public void block(ServedBlocks.Block block) throws IOException {
                var bytes = new byte[block.length()];
                block.read(0, bytes, 0, bytes.length);
                out.writeBytes(bytes);
            }
        });
        var in = new ByteArrayInputStream(out.toByteArray());
        var message = Delimited.read(in, WantlistReader.MAX_MESSAGE);
        assertThat(in.available()).isZero();
        return Protobuf.parse(message, 100);
    }
}
