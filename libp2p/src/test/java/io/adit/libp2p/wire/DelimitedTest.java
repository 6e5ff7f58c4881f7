package io.adit.libp2p.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DelimitedTest {
    private static InputStream in(int... bytes) {
        var input = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            input[i] = (byte) bytes[i];
        }
        return new ByteArrayInputStream(input);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 300, 16_384, 70_000})
    void message_isReadAsItWasWritten_andTheEndAfterIt(int length) throws IOException {
        var body = new byte[length];
        var stream = new ByteArrayInputStream(Delimited.of(body));

        assertThat(Delimited.readOrEnd(stream, length))
                .hasValueSatisfying(read -> assertThat(read).isEqualTo(body));
        assertThat(Delimited.readOrEnd(stream, length)).isEmpty();
        assertThat(Delimited.read(new ByteArrayInputStream(Delimited.of(body)), length))
                .isEqualTo(body);
    }

    @Test
    void messageThatIsCutShort_isNoEnd() {
        assertThatThrownBy(() -> Delimited.readOrEnd(in(3, 1, 2), 9)).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> Delimited.readOrEnd(in(0x80), 9)).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> Delimited.read(in(), 9)).isInstanceOf(EOFException.class);
    }

    /** The second has its length not in the shortest form, the third has one of 63 bits. */
    @Test
    void lengthThatIsTooLarge_orNone_isRefused() {
        assertThatThrownBy(() -> Delimited.readOrEnd(in(10, 0, 0), 9))
                .isInstanceOf(MalformedWireException.class)
                .hasMessageContaining("10 bytes; the limit is 9");
        assertThatThrownBy(() -> Delimited.readOrEnd(in(0x81, 0), 9)).isInstanceOf(MalformedWireException.class);
        assertThatThrownBy(() -> Delimited.readOrEnd(in(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f), 9))
                .isInstanceOf(MalformedWireException.class);
        assertThatThrownBy(() -> Delimited.readOrEnd(in(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1), 9))
                .isInstanceOf(MalformedWireException.class);
    }
}
