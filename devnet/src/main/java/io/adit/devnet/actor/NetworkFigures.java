package io.adit.devnet.actor;

import io.adit.chain.actor.Pledge;
import io.adit.core.fil.TokenAmount;
import io.adit.devnet.policy.Economics;
import io.adit.devnet.policy.ProtocolLimits;
import java.math.BigInteger;

/**
 * The sums and estimates of the whole network that money formulas multiply by.
 *
 * @param pledge smoothed reward and power
 * @param rawPower present raw power, bytes
 * @param baseline baseline power, bytes
 * @param circulatingSupply attoFIL
 */
public record NetworkFigures(Pledge pledge, BigInteger rawPower, BigInteger baseline, TokenAmount circulatingSupply) {
    /** FIP-0081's ramp is over from the first epoch, as on a Lotus 2k network. */
    private static final long RAMP_START = 0;

    /** FIP-0077: ten per cent of what sectors of ten times their power pledge, here of a single sector. */
    private static final int CREATION_DEPOSIT_DIVISOR = 10;

    /** The figures that a tree holds. */
    public static NetworkFigures of(StateTree tree, BigInteger genesisSupply) {
        var reward = tree.read(StateTree.REWARD, RewardState.class);
        var power = tree.read(StateTree.POWER, PowerState.class);
        return new NetworkFigures(
                new Pledge(reward.smoothed(), power.smoothed()),
                power.total().raw(),
                reward.baselinePower(),
                new TokenAmount(Invocation.circulatingSupply(tree, genesisSupply)));
    }

    static NetworkFigures of(Invocation in) {
        return of(in.tree(), in.chain().genesisSupply());
    }

    public BigInteger preCommitDeposit(BigInteger power) {
        return pledge.preCommitDeposit(power).atto();
    }

    public BigInteger initialPledge(BigInteger power) {
        return pledge.initialPledge(power, baseline, circulatingSupply, RAMP_START, 0)
                .atto();
    }

    BigInteger continuedFault(BigInteger power) {
        return power.signum() == 0
                ? BigInteger.ZERO
                : pledge.continuedFaultPenalty(power).atto();
    }

    /** What ending a sector early costs. */
    BigInteger terminationPenalty(Sector sector, long epoch) {
        var faultFee = new TokenAmount(continuedFault(sector.power().qualityAdjusted()));
        var pledged = new TokenAmount(sector.initialPledge());
        return Pledge.terminationPenalty(pledged, epoch - sector.activation(), faultFee)
                .atto();
    }

    BigInteger dailyFee(BigInteger power) {
        return Pledge.dailyFee(circulatingSupply, power).atto();
    }

    /** FIP-0100 caps the daily fee at half of the reward that the power may expect in a day. */
    BigInteger dailyFeeCap(BigInteger power) {
        return pledge.expectedReward(power, ProtocolLimits.EPOCHS_IN_DAY).atto().divide(BigInteger.TWO);
    }

    /** What CreateMiner must bring. */
    public BigInteger creationDeposit(long sectorSize) {
        return initialPledge(BigInteger.valueOf(sectorSize)).divide(BigInteger.valueOf(CREATION_DEPOSIT_DIVISOR));
    }

    public BigInteger minimumProviderCollateral(long pieceSize) {
        return Economics.minimumProviderCollateral(pieceSize, rawPower, baseline, circulatingSupply);
    }
}
