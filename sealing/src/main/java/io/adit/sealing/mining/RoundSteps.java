package io.adit.sealing.mining;

import java.time.Duration;

/**
 * How long the steps of a round took.
 *
 * @param baseInfo the parents, the beacon and {@code MinerGetBaseInfo}
 * @param election both draws
 * @param proof reading, proving and verifying
 * @param select choosing messages, and the wait for equivocations
 * @param create {@code MinerCreateBlock}
 * @param sign the slash guard and the signature
 * @param submit {@code SyncSubmitBlock}, with its repetitions
 */
public record RoundSteps(
        Duration baseInfo,
        Duration election,
        Duration proof,
        Duration select,
        Duration create,
        Duration sign,
        Duration submit) {

    /** Nothing was done yet. */
    public static final RoundSteps NONE = new RoundSteps(
            Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

    /** All of them. */
    public Duration total() {
        return baseInfo.plus(election)
                .plus(proof)
                .plus(select)
                .plus(create)
                .plus(sign)
                .plus(submit);
    }
}
