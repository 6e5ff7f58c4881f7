package io.adit.chain.type;

import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.Hashes;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;

/**
 * How often an election proof wins (Filecoin spec, "Election": Poisson sortition; Lotus {@code ElectionProof.ComputeWinCount}).
 * The number of wins is a Poisson draw with mean {@code 5 * power / networkPower}, drawn by inverting the distribution at the
 * hash of the VRF proof. All arithmetic is in fixed point with 256 fractional bits, so that every node draws the same number.
 */
public final class Sortition {
    /** Blocks that the whole network is expected to win in one epoch. */
    public static final int BLOCKS_PER_EPOCH = 5;

    /** No proof wins more often. */
    public static final int MAX_WINS = 3 * BLOCKS_PER_EPOCH;

    private static final int PRECISION = 256;
    private static final BigInteger ONE = BigInteger.ONE.shiftLeft(PRECISION);

    /** Numerator and denominator of the rational approximation of e^-x, highest power first, with 128 fractional bits. */
    private static final List<BigInteger> NUMERATOR = coefficients(
            "-648770010757830093818553637600",
            "67469480939593786226847644286976",
            "-3197587544499098424029388939001856",
            "89244641121992890118377641805348864",
            "-1579656163641440567800982336819953664",
            "17685496037279256458459817590917169152",
            "-115682590513835356866803355398940131328",
            "340282366920938463463374607431768211456");

    private static final List<BigInteger> DENOMINATOR = coefficients(
            "1225524182432722209606361",
            "114095592300906098243859450",
            "5665570424063336070530214243",
            "194450132448609991765137938448",
            "5068267641632683791026134915072",
            "104716890604972796896895427629056",
            "1748338658439454459487681798864896",
            "23704654329841312470660182937960448",
            "259380097567996910282699886670381056",
            "2250336698853390384720606936038375424",
            "14978272436876548034486263159246028800",
            "72144088983913131323343765784380833792",
            "224599776407103106596571252037123047424",
            "340282366920938463463374607431768211456");

    private Sortition() {}

    private static List<BigInteger> coefficients(String... withHalfPrecision) {
        return Arrays.stream(withHalfPrecision)
                .map(text -> new BigInteger(text).shiftLeft(PRECISION / 2))
                .toList();
    }

    /**
     * Wins of a proof.
     *
     * @param vrfProof of the election
     * @param power of the miner, quality-adjusted bytes, at the lookback of the epoch
     * @param networkPower of all miners there, positive
     * @return 0 to {@link #MAX_WINS}
     */
    public static long wins(byte[] vrfProof, BigInteger power, BigInteger networkPower) {
        if (networkPower.signum() <= 0) {
            throw new InvalidValueException("power of the network", networkPower, "above zero");
        }
        var drawn = new BigInteger(1, Hashes.blake2b256(vrfProof));
        var mean = power.multiply(BigInteger.valueOf(BLOCKS_PER_EPOCH))
                .shiftLeft(PRECISION)
                .divide(networkPower);
        var probability = expOfMinus(mean);
        var rest = ONE.subtract(probability);
        long wins = 0;
        while (drawn.compareTo(rest) < 0 && wins < MAX_WINS) {
            wins++;
            probability =
                    probability.divide(BigInteger.valueOf(wins)).multiply(mean).shiftRight(PRECISION);
            rest = rest.subtract(probability);
        }
        return wins;
    }

    private static BigInteger expOfMinus(BigInteger x) {
        return polynomial(NUMERATOR, x).shiftLeft(PRECISION).divide(polynomial(DENOMINATOR, x));
    }

    private static BigInteger polynomial(List<BigInteger> coefficients, BigInteger x) {
        var sum = coefficients.getFirst();
        for (var coefficient : coefficients.subList(1, coefficients.size())) {
            sum = sum.multiply(x).shiftRight(PRECISION).add(coefficient);
        }
        return sum;
    }
}
