package io.adit.devnet.actor;

import io.adit.chain.actor.FilterEstimate;
import io.adit.core.ipld.CborWriter;
import java.math.BigInteger;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The power actor: every miner's claim, and the network's sums. */
public final class PowerState implements ActorState {
    /**
     * The network's smoothed power as the money formulas see it: 12 PiB, and it does not move. A real filter would run from its
     * initial value through zero on a network this small; with this one fees are near those of the recorded Lotus network.
     */
    private static final FilterEstimate SMOOTHED =
            FilterEstimate.constant(BigInteger.valueOf(12).shiftLeft(50));

    private static final int CONSENSUS_MINER_MIN_MINERS = 4;

    private final NavigableMap<Long, Power> claims;
    private BigInteger pledge;

    public PowerState() {
        this(new TreeMap<>(), BigInteger.ZERO);
    }

    private PowerState(NavigableMap<Long, Power> claims, BigInteger pledge) {
        this.claims = claims;
        this.pledge = pledge;
    }

    /** Claims by miner ID. */
    public Map<Long, Power> claims() {
        return Map.copyOf(claims);
    }

    /** One miner's claim; zero for a stranger. */
    public Power claim(long miner) {
        return claims.getOrDefault(miner, Power.ZERO);
    }

    /** Whether the miner was ever registered. */
    public boolean hasClaim(long miner) {
        return claims.containsKey(miner);
    }

    /**
     * Whether a miner's power lets it make blocks ({@code miner_nominal_power_meets_consensus_minimum}): as much as the minimum,
     * or any at all while fewer than four miners have that much.
     */
    public boolean meetsConsensusMinimum(long miner, long minimum) {
        var least = BigInteger.valueOf(minimum);
        if (claim(miner).raw().compareTo(least) >= 0) {
            return true;
        }
        long above = claims.values().stream()
                .filter(power -> power.raw().compareTo(least) >= 0)
                .count();
        return above < CONSENSUS_MINER_MIN_MINERS && claim(miner).raw().signum() > 0;
    }

    /** The network's power: with so few miners every claim counts, as it does below the consensus miners' quorum. */
    public Power total() {
        return claims.values().stream().reduce(Power.ZERO, Power::plus);
    }

    public BigInteger pledge() {
        return pledge;
    }

    public FilterEstimate smoothed() {
        return SMOOTHED;
    }

    void register(long miner) {
        claims.put(miner, Power.ZERO);
    }

    void change(long miner, Power delta) {
        var next = claim(miner).plus(delta);
        if (next.raw().signum() < 0 || next.qualityAdjusted().signum() < 0) {
            throw ActorAbort.illegalState("negative claimed power " + next + " of miner t0" + miner);
        }
        claims.put(miner, next);
    }

    void changePledge(BigInteger delta) {
        pledge = pledge.add(delta);
    }

    @Override
    public PowerState copy() {
        return new PowerState(new TreeMap<>(claims), pledge);
    }

    @Override
    public void encode(CborWriter writer) {
        writer.array(2).array(claims.size());
        claims.forEach((miner, power) -> {
            writer.array(3).uint(miner);
            writer.bytes(power.raw().toByteArray())
                    .bytes(power.qualityAdjusted().toByteArray());
        });
        writer.bytes(pledge.toByteArray());
    }
}
