package io.adit.core.ipld;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.Cases;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MultibaseTest {
    @Test
    void encodingsAreTheSpecifications() {
        // The multibase specification's test string, with and without leading zeros.
        var text = "yes mani !".getBytes(StandardCharsets.UTF_8);

        assertThat(Multibase.base32(text)).isEqualTo("pfsxgidnmfxgsibb");
        assertThat(Multibase.base58btc(text)).isEqualTo("7paNL19xttacUY");
        assertThat(Multibase.base64Url(text)).isEqualTo("eWVzIG1hbmkgIQ");
        assertThat(Multibase.decode("k2lcpzo5yikidynfl")).isEqualTo(text);
        assertThat(Multibase.decode("f796573206d616e692021")).isEqualTo(text);
        assertThat(Multibase.decode("z117paNL19xttacUY")).isEqualTo("\0\0yes mani !".getBytes(StandardCharsets.UTF_8));
        assertThat(Multibase.decode("k002lcpzo5yikidynfl"))
                .isEqualTo("\0\0yes mani !".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void roundTrips() {
        Cases.repeat(1000, given -> {
            var bytes = given.bytes(80);

            assertThat(Multibase.decode("b" + Multibase.base32(bytes))).isEqualTo(bytes);
            assertThat(Multibase.decode("z" + Multibase.base58btc(bytes))).isEqualTo(bytes);
            assertThat(Multibase.decode("u" + Multibase.base64Url(bytes))).isEqualTo(bytes);
        });
    }
}
