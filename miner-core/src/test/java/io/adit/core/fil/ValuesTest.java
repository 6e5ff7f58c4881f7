package io.adit.core.fil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.adit.core.error.CoreErrorCode;
import io.adit.core.error.ErrorKind;
import io.adit.core.error.InvalidValueException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 64, 127, 129, 2049, -128, Long.MIN_VALUE})
    void paddedSizeRefuses_whenNotAPowerOfTwoFrom128(long bytes) {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> new PaddedSize(bytes))
                .satisfies(e -> {
                    assertThat(e.what()).isEqualTo("padded piece size");
                    assertThat(e.given()).isEqualTo(Long.toString(bytes));
                    assertThat(e.code()).isEqualTo(CoreErrorCode.INVALID_VALUE);
                    assertThat(e.kind()).isEqualTo(ErrorKind.OPERATOR);
                });
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 126, 128, 381, 2048, -127})
    void unpaddedSizeRefuses_whenNot127TimesAPowerOfTwo(long bytes) {
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> new UnpaddedSize(bytes));
    }

    @ParameterizedTest
    @CsvSource({"1,128", "127,128", "128,256", "254,256", "255,512", "2032,2048", "2033,4096", "34091302912,34359738368"
    })
    void fittingIsTheSmallestSize(long raw, long padded) {
        var size = PaddedSize.fitting(raw);

        assertThat(size).isEqualTo(new PaddedSize(padded));
        assertThat(size.unpadded().padded()).isEqualTo(size);
    }

    @Test
    void fittingRefuses_whenNothingOrTooMuch() {
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> PaddedSize.fitting(0));
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> PaddedSize.fitting(Long.MAX_VALUE));
        assertThat(PaddedSize.fitting((1L << 62) / 128 * 127).bytes()).isEqualTo(1L << 62);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 31, 33, 64})
    void commitmentAndRandomnessRefuse_whenNot32Bytes(int length) {
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> Commitment.of(new byte[length]));
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> Randomness.of(new byte[length]));
    }

    @Test
    void commitmentIsACopy_soThatCallersCannotChangeIt() {
        var bytes = new byte[32];
        var commitment = Commitment.of(bytes);
        bytes[0] = 1;
        commitment.bytes()[1] = 1;

        assertThat(commitment).isEqualTo(Commitment.fromHex("00".repeat(32)));
    }

    @Test
    void numbersRefuse_whenNegative() {
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> new SectorNumber(-1));
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> new ActorId(-1));
        assertThat(new SectorId(new ActorId(1000), new SectorNumber(5))).hasToString("s-t01000-5");
        assertThat(new ActorId(1000).address()).hasToString("t01000");
    }

    @Test
    void epochsCountAndCompare() {
        var epoch = new Epoch(10);

        assertThat(epoch.plus(5).minus(epoch)).isEqualTo(5);
        assertThat(epoch.minus(15)).isEqualTo(new Epoch(-5));
        assertThat(epoch.isBefore(new Epoch(11))).isTrue();
        assertThat(epoch.isAfter(epoch)).isFalse();
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> epoch.plus(Long.MAX_VALUE));
    }

    @Test
    void longValuesAreCutInMessages() {
        var e = new InvalidValueException("name", "x".repeat(10_000), "short");

        assertThat(e.getMessage()).hasSizeLessThan(250).contains("10000 characters");
    }
}
