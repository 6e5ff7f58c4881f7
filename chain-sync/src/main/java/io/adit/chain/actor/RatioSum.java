package io.adit.chain.actor;

import static io.adit.chain.actor.FilterEstimate.PRECISION;

import java.math.BigInteger;

/**
 * The integral of the ratio of two linear functions, in the fixed point arithmetic of builtin-actors ({@code smooth}); all
 * digits matter, because the chain's money depends on them.
 */
final class RatioSum {
    private static final BigInteger LN_2 = new BigInteger("235865763225513294137944142764154484399");
    private static final BigInteger EPSILON = new BigInteger("302231454903657293676544");

    /** Rational approximation of ln between 1 and 2, highest power first. */
    private static final BigInteger[] LN_NUMERATOR = parse(
            "261417938209272870992496419296200268025",
            "7266615505142943436908456158054846846897",
            "32458783941900493142649393804518050491988",
            "17078670566130897220338060387082146864806",
            "-35150353308172866634071793531642638290419",
            "-20351202052858059355702509232125230498980",
            "-1563932590352680681114104005183375350999");

    private static final BigInteger[] LN_DENOMINATOR = parse(
            "49928077726659937662124949977867279384",
            "2508163877009111928787629628566491583994",
            "21757751789594546643737445330202599887121",
            "53400635271583923415775576342898617051826",
            "41248834748603606604000911015235164348839",
            "9015227820322455780436733526367238305537",
            "340282366920938463463374607431768211456");

    private RatioSum() {}

    /**
     * The sum of numerator over denominator from {@code start} for {@code duration} epochs, with 128 binary places.
     *
     * @param start epochs from the moment of the estimates
     */
    static BigInteger extrapolated(long duration, long start, FilterEstimate numerator, FilterEstimate denominator) {
        var length = BigInteger.valueOf(duration).shiftLeft(PRECISION);
        var from = BigInteger.valueOf(start).shiftLeft(PRECISION);
        var slope = denominator.velocity();
        var squared = slope.multiply(slope).shiftRight(PRECISION);
        if (squared.compareTo(EPSILON) < 0) {
            var middle = numerator
                    .velocity()
                    .multiply(from.add(length.shiftRight(1)))
                    .shiftRight(PRECISION)
                    .add(numerator.position());
            return middle.multiply(length).divide(denominator.position());
        }
        var first = slope.multiply(from).shiftRight(PRECISION).add(denominator.position());
        var last = slope.multiply(length).shiftRight(PRECISION).add(first);
        var growth = ln(last).subtract(ln(first));
        var constantPart = growth.multiply(numerator.position()).multiply(slope).shiftRight(PRECISION);
        var slopePart = growth.negate()
                .multiply(denominator.position())
                .add(slope.multiply(length))
                .multiply(numerator.velocity())
                .shiftRight(PRECISION);
        return slopePart.add(constantPart).divide(squared);
    }

    static BigInteger ln(BigInteger value) {
        int power = value.abs().bitLength() - 1 - PRECISION;
        var reduced = value.shiftRight(power);
        var fraction =
                polynomial(LN_NUMERATOR, reduced).shiftLeft(PRECISION).divide(polynomial(LN_DENOMINATOR, reduced));
        return BigInteger.valueOf(power).multiply(LN_2).add(fraction);
    }

    private static BigInteger polynomial(BigInteger[] coefficients, BigInteger at) {
        var result = coefficients[0];
        for (int i = 1; i < coefficients.length; i++) {
            result = result.multiply(at).shiftRight(PRECISION).add(coefficients[i]);
        }
        return result;
    }

    private static BigInteger[] parse(String... numbers) {
        var parsed = new BigInteger[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            parsed[i] = new BigInteger(numbers[i]);
        }
        return parsed;
    }
}
