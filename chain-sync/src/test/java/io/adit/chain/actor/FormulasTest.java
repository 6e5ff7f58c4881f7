package io.adit.chain.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.Vectors;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FormulasTest {
    static Stream<Named<JsonNode>> pledges() {
        return Vectors.entries("filecoin/pledge.json");
    }

    static Stream<Named<JsonNode>> offsets() {
        return Vectors.entries("filecoin/proving_period_offset.json");
    }

    static Stream<Named<JsonNode>> frc42() {
        return Vectors.entries("filecoin/frc42_methods.json");
    }

    @ParameterizedTest
    @MethodSource("pledges")
    void pledge_whenGolden_isTheActors(JsonNode entry) {
        var reward = amount(entry, "reward_per_epoch");
        var pledge = new Pledge(
                FilterEstimate.constant(reward.atto()), FilterEstimate.constant(number(entry, "network_qa_power")));
        var power = number(entry, "qa_power");

        assertThat(pledge.preCommitDeposit(power)).isEqualTo(amount(entry, "precommit_deposit"));
        assertThat(pledge.initialPledge(
                        power,
                        number(entry, "baseline_power"),
                        amount(entry, "circulating_supply"),
                        entry.get("epochs_since_ramp_start").asLong(),
                        entry.get("ramp_duration").asLong()))
                .isEqualTo(amount(entry, "initial_pledge"));
        assertThat(pledge.continuedFaultPenalty(power)).isEqualTo(amount(entry, "continued_fault_penalty"));
        assertThat(Pledge.consensusFaultPenalty(reward)).isEqualTo(amount(entry, "consensus_fault_penalty"));
    }

    private static BigInteger number(JsonNode entry, String field) {
        return new BigInteger(entry.get(field).asText());
    }

    private static TokenAmount amount(JsonNode entry, String field) {
        return new TokenAmount(number(entry, field));
    }

    @Test
    void initialPledge_whenTheRampHasNotBegun_takesOnlyTheBaselineShare() {
        var pledge =
                new Pledge(FilterEstimate.constant(BigInteger.ZERO), FilterEstimate.constant(BigInteger.valueOf(1000)));
        var power = BigInteger.valueOf(10);
        var supply = TokenAmount.ofAtto(1_000_000);

        // 30% of the supply: a tenth of a permille by baseline 100,000; 1% by network power 1,000.
        assertThat(pledge.initialPledge(power, BigInteger.valueOf(100_000), supply, -1, 100))
                .isEqualTo(TokenAmount.ofAtto(1 + 30));
        assertThat(pledge.initialPledge(power, BigInteger.valueOf(100_000), supply, 50, 100))
                .isEqualTo(TokenAmount.ofAtto(1 + 25 + 450));
        assertThat(pledge.initialPledge(power, BigInteger.valueOf(100_000), supply, 100, 100))
                .isEqualTo(TokenAmount.ofAtto(1 + 21 + 900));
    }

    @Test
    void terminationPenalty_whenTheSectorAges_growsToItsCap() {
        var pledge = TokenAmount.ofAtto(1000);

        assertThat(Pledge.terminationPenalty(pledge, 1, TokenAmount.ZERO)).isEqualTo(TokenAmount.ofAtto(20));
        assertThat(Pledge.terminationPenalty(pledge, 1, TokenAmount.ofAtto(100)))
                .isEqualTo(TokenAmount.ofAtto(105));
        assertThat(Pledge.terminationPenalty(pledge, 70 * 2880, TokenAmount.ZERO))
                .isEqualTo(TokenAmount.ofAtto(42));
        assertThat(Pledge.terminationPenalty(pledge, 70 * 2880 + 2000, TokenAmount.ZERO))
                .isEqualTo(TokenAmount.ofAtto(42));
        assertThat(Pledge.terminationPenalty(pledge, 140 * 2880, TokenAmount.ZERO))
                .isEqualTo(TokenAmount.ofAtto(85));
        assertThat(Pledge.terminationPenalty(pledge, 500 * 2880, TokenAmount.ZERO))
                .isEqualTo(TokenAmount.ofAtto(85));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.001, 0.5, 1, 1.5, 2, 3, 1000, 1e12})
    void ln_whenGivenAnyMagnitude_isTheLogarithm(double value) {
        var fixed = new BigDecimal(value)
                .multiply(new BigDecimal(BigInteger.ONE.shiftLeft(128)))
                .toBigInteger();

        double ln = new BigDecimal(RatioSum.ln(fixed))
                .divide(new BigDecimal(BigInteger.ONE.shiftLeft(128)), MathContext.DECIMAL64)
                .doubleValue();

        assertThat(ln).isCloseTo(Math.log(value), within(1e-9));
    }

    @Test
    void expectedReward_whenNetworkPowerGrows_isTheSumOverTheEpochs() {
        var one = BigInteger.ONE.shiftLeft(128);
        var reward = new FilterEstimate(one.multiply(BigInteger.valueOf(1_000_000_000)), one.negate());
        var power =
                new FilterEstimate(one.multiply(BigInteger.valueOf(1_000_000)), one.multiply(BigInteger.valueOf(100)));
        double sum = 0;
        for (int epoch = 0; epoch < 20 * 2880; epoch++) {
            sum += (1e9 - epoch - 0.5) / (1e6 + 100 * (epoch + 0.5)) * 1000;
        }

        var expected = new Pledge(reward, power).expectedReward(BigInteger.valueOf(1000), 20 * 2880);

        assertThat(expected.atto().doubleValue()).isCloseTo(sum, within(sum * 1e-6));
    }

    @ParameterizedTest
    @MethodSource("offsets")
    void provingPeriodOffset_whenGolden_isTheActors(JsonNode entry) {
        assertThat(ProvingPeriodOffset.of(
                        Address.ofId(entry.get("miner").asLong()),
                        new Epoch(entry.get("epoch").asLong()),
                        2880))
                .isEqualTo(entry.get("offset").asLong());
    }

    @ParameterizedTest
    @MethodSource("frc42")
    void frc42_whenGolden_isTheMethodsNumber(JsonNode entry) {
        assertThat(Frc42.methodNumber(entry.get("name").asText()))
                .isEqualTo(entry.get("number").asLong());
    }

    @Test
    void methods_whenListed_haveNumbersOfTheirOwn() {
        assertThat(Stream.of(MinerMethod.values()).map(MinerMethod::number)).doesNotHaveDuplicates();
        assertThat(Stream.of(MarketMethod.values()).map(MarketMethod::number)).doesNotHaveDuplicates();
        assertThat(Stream.of(PowerMethod.values()).map(PowerMethod::number)).doesNotHaveDuplicates();
        assertThat(MinerMethod.ofNumber(28)).contains(MinerMethod.PRE_COMMIT_SECTOR_BATCH2);
        assertThat(MinerMethod.ofNumber(6)).isEmpty();
    }

    @Test
    void batchReturn_whenMadeFromExitCodes_givesThemBack() {
        var codes = List.of(0L, 16L, 0L, 18L);

        assertThat(BatchReturn.of(codes).exitCodes()).isEqualTo(codes);
        assertThat(Vectors.hex(BatchReturn.of(codes).toCbor())).isEqualTo("820282820110820312");
    }
}
