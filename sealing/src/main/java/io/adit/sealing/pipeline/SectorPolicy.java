package io.adit.sealing.pipeline;

import io.adit.core.fil.Epoch;

/** The chain's limits on a sector's life, in epochs of 30 s (builtin-actors {@code policy} of mainnet). */
final class SectorPolicy {

    private static final long DAY = 2880;

    /** Lotus's {@code SealRandomnessLookback}: the ticket is drawn one chain finality behind the head. */
    static final long TICKET_LOOKBACK = 900;

    /** {@code MAX_PRE_COMMIT_RANDOMNESS_LOOKBACK}: a day and a finality. */
    static final long MAX_TICKET_AGE = DAY + 900;

    /** {@code max_prove_commit_duration} without the challenge delay. */
    static final long MAX_PROVE_COMMIT_DURATION = 30 * DAY;

    /** {@code MIN_SECTOR_EXPIRATION}. */
    static final long MIN_LIFETIME = 180 * DAY;

    /** {@code MAX_SECTOR_EXPIRATION_EXTENSION} (FIP-0052), counted from the pre-commit. */
    static final long MAX_LIFETIME = 1278 * DAY;

    /** Kept above the least lifetime and behind the last deal: inclusion takes time, deadlines are up to a day away. */
    static final long LIFETIME_MARGIN = 2 * DAY;

    private SectorPolicy() {}

    /** The last epoch to which a sector may live that is pre-committed at this epoch or later. */
    static Epoch lastExpiration(Epoch preCommit) {
        return preCommit.plus(MAX_LIFETIME);
    }
}
