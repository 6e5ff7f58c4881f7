package io.adit.market.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PriceRuleTest {
    private static final Address FRIEND = Address.ofId(7);
    private static final PriceList PRICES = new PriceList(
            TokenAmount.ofAtto(100),
            List.of(
                    PriceRule.parse("client=f07: 0 FIL"),
                    PriceRule.parse("size>=1GiB epochs>=1000: 0.00000000000000005 FIL"),
                    PriceRule.parse("size<=1KiB epochs<=2000:0.0000000000000002 FIL")));

    @ParameterizedTest
    @CsvSource({
        "7, 4096, 10, 0",
        "8, 1073741824, 1000, 50",
        "8, 1073741824, 999, 100",
        "8, 536870912, 5000, 100",
        "8, 1024, 2000, 200",
        "8, 1024, 2001, 100"
    })
    void theFirstRuleThatFitsCounts(long client, long size, long epochs, long atto) {
        assertThat(PRICES.of(Set.of(Address.ofId(client)), size, epochs)).isEqualTo(TokenAmount.ofAtto(atto));
    }

    @Test
    void aClientIsMetByAnyOfItsAddresses() {
        assertThat(PRICES.of(Set.of(Address.ofId(9), FRIEND), 1 << 20, 10)).isEqualTo(TokenAmount.ZERO);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0 FIL",
                ": 0 FIL",
                "size>1GiB: 0 FIL",
                "epochs>=-1: 0 FIL",
                "epochs>=x: 0 FIL",
                "client=nobody: 0 FIL",
                "size>=2KiB size<=1KiB: 0 FIL",
                "size>=2KiB: -1 FIL",
                "size>=2KiB: cheap"
            })
    void refusesWhatIsNoRule_andSaysWhatOneLooksLike(String text) {
        assertThatThrownBy(() -> PriceRule.parse(text))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("market.price-rules");
    }
}
