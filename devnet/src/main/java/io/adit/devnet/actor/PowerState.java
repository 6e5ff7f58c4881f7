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
