package io.adit.devnet.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.type.Message;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tables of FIP-0115's section "Test Cases", as Lotus and Forest have them, and what a chain recorded. */
class BaseFeeTest {
    /** The base fees of epochs 0 to 12 but 8 of a Lotus network of version 28 without messages: vectors/lotus/objects/block-headers.json. */
    private static final List<Long> RECORDED = List.of(
            100_000_000L,
            87_500_000L,
            76_562_500L,
            66_992_187L,
            58_618_163L,
            51_290_892L,
            44_879_530L,
            39_269_588L,
            34_360_889L,
            30_065_777L,
            26_307_554L,
            23_019_109L,
            20_141_720L);

    private static BaseFee.Bid bid(long premium, long gasLimit) {
        return new BaseFee.Bid(BigInteger.valueOf(premium), gasLimit);
    }

    private static BigInteger next(long baseFee, BaseFee.Bid... bids) {
        return BaseFee.next(BigInteger.valueOf(baseFee), List.of(bids));
    }

    @ParameterizedTest
    @CsvSource({
        "8, 8, 8, 0",
        "8, 16, 7, 7",
        "8, 19, 10, 10",
        "123456, 123455, 123455, 0",
        "123456, 1234567, 1111112, 1111111"
    })
    void bid_isThePremiumThatTheFeeCapLeavesAboveTheBaseFee(long baseFee, long feeCap, long premium, long expected) {
        var message = new Message(
                0,
                Address.ofId(100),
                Address.ofId(101),
                0,
                TokenAmount.ZERO,
                1_000_000,
                TokenAmount.ofAtto(feeCap),
                TokenAmount.ofAtto(premium),
                0,
                new byte[0]);

        assertThat(BaseFee.Bid.of(message, BigInteger.valueOf(baseFee))).isEqualTo(bid(expected, 1_000_000));
    }

    @ParameterizedTest
    @CsvSource({
        "123, 5999999999, 100, 2000000000, 0",
        "123, 5999999999, 0, 2000000001, 0",
        "123, 5999999999, 100, 2000000001, 100",
        "123, 7999999999, 100, 2000000001, 100",
        "123, 8000000000, 100, 2000000000, 123",
        "123, 8000000000, 100, 9000000000, 123"
    })
    void percentile_countsGasFromTheDearestDown(long premium, long gas, long other, long otherGas, long expected) {
        assertThat(BaseFee.percentile(List.of(bid(premium, gas), bid(other, otherGas))))
                .isEqualTo(BigInteger.valueOf(expected));
        assertThat(BaseFee.percentile(List.of(bid(other, otherGas), bid(premium, gas))))
                .isEqualTo(BigInteger.valueOf(expected));
    }

    @ParameterizedTest
    @CsvSource({
        "100, 0, 100",
        "100, 13, 100",
        "100, 14, 101",
        "100, 26, 113",
        "801, 0, 700",
        "801, 20, 720",
        "801, 40, 740",
        "801, 60, 760",
        "801, 80, 780",
        "801, 100, 800",
        "801, 120, 820",
        "801, 140, 840",
        "801, 160, 860",
        "801, 180, 880",
        "801, 200, 900",
        "801, 201, 901",
        "808, 0, 707",
        "808, 1, 708",
        "808, 201, 908",
        "808, 202, 909",
        "808, 203, 909"
    })
    void next_followsThePremiumOfAFullBlock(long baseFee, long premium, long expected) {
        assertThat(next(baseFee, bid(premium, ProtocolLimits.BLOCK_GAS_LIMIT))).isEqualTo(BigInteger.valueOf(expected));
    }

    @Test
    void next_ofBlocksWithRoom_falls_howeverMuchTheirMessagesBid() {
        assertThat(next(808, bid(1_000_000, 7_999_999_999L))).isEqualTo(BigInteger.valueOf(707));
    }

    @Test
    void next_ofEmptyBlocks_isWhatAChainRecorded() {
        var fees = new ArrayList<Long>();
        var fee = BigInteger.valueOf(RECORDED.getFirst());
        for (int epoch = 0; epoch < RECORDED.size(); epoch++) {
            fees.add(fee.longValueExact());
            fee = next(fee.longValueExact());
        }

        assertThat(fees).isEqualTo(RECORDED);
    }
}
