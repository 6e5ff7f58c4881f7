package io.adit.devnet.chain;

import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.ElectionProof;
import io.adit.chain.type.Sortition;
import io.adit.chain.type.TipSet;
import io.adit.devnet.actor.PowerState;
import io.adit.devnet.actor.StateTree;
import java.math.BigInteger;

/**
 * The weight by which one chain is preferred to another (Filecoin spec, "Chain Selection"; Lotus {@code filcns.Weight}): each
 * tipset adds {@code log2(power) * 2^8 * (1 + wins / 10)}.
 */
public final class Weights {
    private static final int SCALE_BITS = 8;
    /** Half of a tipset's expected wins count as much as its power. */
    private static final int RATIO_DENOMINATOR = 2;

    private Weights() {}

    /** Weight of the chain up to and with a tipset, by the power in the state before it. */
    static BigInteger of(TipSet tipSet, StateTree before) {
        var power = before.read(StateTree.POWER, PowerState.class).total().qualityAdjusted();
        return after(tipSet.minTicketBlock().parentWeight(), power, wins(tipSet));
    }

    /** Wins of all blocks of a tipset. */
    public static long wins(TipSet tipSet) {
        return tipSet.blocks().stream()
                .map(BlockHeader::electionProof)
                .mapToLong(proof -> proof.map(ElectionProof::winCount).orElse(0L))
                .sum();
    }

    /**
     * Weight after a tipset.
     *
     * @param power quality-adjusted bytes of the network. Lotus stops where there is none; here a network that nobody has
     *     joined yet weighs as one of 2 bytes
     */
    static BigInteger after(BigInteger parentWeight, BigInteger power, long wins) {
        var log = BigInteger.valueOf(Math.max(power.bitLength() - 1, 1));
        var base = log.shiftLeft(SCALE_BITS);
        var byWins = base.multiply(BigInteger.valueOf(wins))
                .divide(BigInteger.valueOf(Sortition.BLOCKS_PER_EPOCH * RATIO_DENOMINATOR));
        return parentWeight.add(base).add(byWins);
    }
}
