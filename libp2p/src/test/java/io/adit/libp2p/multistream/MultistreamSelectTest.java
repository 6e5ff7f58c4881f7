package io.adit.libp2p.multistream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.wire.Varint;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class MultistreamSelectTest {
    private static final String HEADER = "/multistream/1.0.0";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private static ByteArrayOutputStream lines(String... lines) {
        var bytes = new ByteArrayOutputStream();
        for (var line : lines) {
            Varint.write(bytes, line.length() + 1L);
            bytes.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return bytes;
    }

    private static ByteArrayInputStream input(String... lines) {
        return new ByteArrayInputStream(lines(lines).toByteArray());
    }

    private static void assertKind(Kind kind, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    @Test
    void listenerRefusesListAndUnknown_thenTakesTheKnown() throws Exception {
        var chosen = MultistreamSelect.answer(input(HEADER, "ls", "/a", "/b"), out, "/b"::equals);

        assertThat(chosen).isEqualTo("/b");
        assertThat(out.toByteArray()).isEqualTo(lines(HEADER, "na", "na", "/b").toByteArray());
    }

    @Test
    void dialerGoesOnAfterRefusal_andReadsNoFurther() throws Exception {
        var in = input(HEADER, "na", "/b", "rest");

        assertThat(MultistreamSelect.propose(in, out, List.of("/a", "/b"))).isEqualTo("/b");
        assertThat(out.toByteArray()).isEqualTo(lines(HEADER, "/a", "/b").toByteArray());
        assertThat(in.readAllBytes()).isEqualTo(lines("rest").toByteArray());
    }

    @Test
    void lineLongerThanTheLimit_isRefusedByItsLength() {
        var bytes = lines(HEADER);
        Varint.write(bytes, MultistreamSelect.MAX_LINE + 1L);

        assertKind(
                Kind.PROTOCOL_VIOLATION,
                () -> MultistreamSelect.answer(new ByteArrayInputStream(bytes.toByteArray()), out, "/a"::equals));
    }

    @Test
    void endlessLength_isRefused() {
        var endless = new byte[16];
        java.util.Arrays.fill(endless, (byte) 0xff);

        assertKind(
                Kind.PROTOCOL_VIOLATION,
                () -> MultistreamSelect.answer(new ByteArrayInputStream(endless), out, "/a"::equals));
    }

    @Test
    void lineWithoutNewline_isRefused() {
        var bytes = new byte[] {3, 'a', 'b', 'c'};

        assertKind(
                Kind.PROTOCOL_VIOLATION,
                () -> MultistreamSelect.answer(new ByteArrayInputStream(bytes), out, "/a"::equals));
    }

    @Test
    void tooManyProposals_areRefused() {
        var proposals = new String[MultistreamSelect.MAX_PROPOSALS + 2];
        java.util.Arrays.fill(proposals, "/x");
        proposals[0] = HEADER;

        assertKind(Kind.UNSUPPORTED_PROTOCOL, () -> MultistreamSelect.answer(input(proposals), out, "/a"::equals));
    }

    @Test
    void otherProtocolThanProposed_isRefused() {
        assertKind(Kind.PROTOCOL_VIOLATION, () -> MultistreamSelect.propose(input(HEADER, "/b"), out, List.of("/a")));
    }

    @Test
    void endWhileAgreeing_isUnsupported() {
        assertKind(Kind.UNSUPPORTED_PROTOCOL, () -> MultistreamSelect.propose(input(HEADER), out, List.of("/a")));
    }
}
