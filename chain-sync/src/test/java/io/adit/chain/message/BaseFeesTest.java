package io.adit.chain.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.TokenAmount;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BaseFeesTest {
    /** FIP-0115's MaxAdj is rounded up: 100 + 13, 113 + 15, 128 + 16; 801 + 101, 902 + 113. */
    @ParameterizedTest
    @CsvSource({"100, 0, 100", "100, 1, 113", "100, 2, 128", "100, 3, 144", "801, 2, 1015", "808, 1, 909"})
    void after_isAsHighAsTheChainCanMakeIt(long baseFee, long epochs, long expected) {
        assertThat(BaseFees.after(TokenAmount.ofAtto(baseFee), epochs)).isEqualTo(TokenAmount.ofAtto(expected));
    }
}
