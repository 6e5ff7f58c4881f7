package io.adit.devnet.policy;

import io.adit.core.fil.ProvingPeriodPolicy;
import java.time.Duration;

/**
 * What a development network may choose freely; everything else is a constant of {@link ProtocolLimits}.
 *
 * @param name the name on the command line
 * @param deadlines number of deadlines in a proving period (48 on every public network)
 * @param challengeWindow epochs in which a deadline is open
 * @param challengeLookback epochs between the challenge and the opening of its deadline
 * @param faultDeclarationCutoff epochs before the opening after which faults and recoveries are refused
 * @param preCommitChallengeDelay epochs between a pre-commit and the randomness its proof must use
 * @param consensusMinerMinPower bytes a miner needs before its power counts on its own
 * @param winningPoStLookback epochs back at which a block's miner, its power and its sectors are looked up (900 on every Lotus
 *     network; a short one lets a new miner make blocks soon)
 * @param blockTime wall time between two epochs
 */
public record ChainPolicy(
        String name,
        int deadlines,
        long challengeWindow,
        long challengeLookback,
        long faultDeclarationCutoff,
        long preCommitChallengeDelay,
        long consensusMinerMinPower,
        long winningPoStLookback,
        Duration blockTime) {

    public ChainPolicy {
        if (deadlines < 3 || challengeWindow < 2 || challengeLookback < 1 || faultDeclarationCutoff < 1) {
            throw new IllegalArgumentException("a policy needs at least 3 deadlines and windows of 2 epochs: " + name);
        }
        if (blockTime.isNegative() || blockTime.isZero()) {
            throw new IllegalArgumentException("the block time must be positive: " + blockTime);
        }
    }

    /** 48 deadlines of 10 epochs, 200 ms each: a proving period passes in 96 seconds. */
    public static ChainPolicy fast() {
        return new ChainPolicy("fast", 48, 10, 4, 10, 10, 2048, 20, Duration.ofMillis(200));
    }

    /** The windows of a Lotus 2k network (48 x 60 epochs of 4 s), the one the recordings were made on. */
    public static ChainPolicy lotus2k() {
        return new ChainPolicy("lotus2k", 48, 60, 20, 70, 10, 2048, 900, Duration.ofSeconds(4));
    }

    /** The policy of that name, {@code fast} or {@code lotus2k}. */
    public static ChainPolicy named(String name) {
        return switch (name) {
            case "fast" -> fast();
            case "lotus2k" -> lotus2k();
            default -> throw new IllegalArgumentException("unknown policy " + name + "; known: fast, lotus2k");
        };
    }

    public ChainPolicy withBlockTime(Duration time) {
        return new ChainPolicy(
                name,
                deadlines,
                challengeWindow,
                challengeLookback,
                faultDeclarationCutoff,
                preCommitChallengeDelay,
                consensusMinerMinPower,
                winningPoStLookback,
                time);
    }

    /** Epochs in which every deadline comes round once. */
    public long provingPeriod() {
        return deadlines * challengeWindow;
    }

    /** The same windows in the form that the deadline arithmetic takes. */
    public ProvingPeriodPolicy proving() {
        return new ProvingPeriodPolicy(
                provingPeriod(), deadlines, challengeWindow, challengeLookback, faultDeclarationCutoff);
    }
}
