package io.adit.sealing.mining;

import io.adit.core.fil.Epoch;
import io.adit.core.slash.GuardStatus;
import java.time.Duration;
import java.util.Optional;

/**
 * How mining stands.
 *
 * @param paused why no rounds are run, in words; empty while they are
 * @param lastRound the last round that ended
 * @param running the round under way and what it is at, in words
 * @param counts what came of the won rounds
 * @param headLag how long after its own time the last head came
 * @param guard how the slash guard stands; empty where its signer does not answer
 */
public record MiningStatus(
        Optional<String> paused,
        Optional<RoundResult> lastRound,
        Optional<String> running,
        RoundCounts counts,
        Optional<Duration> headLag,
        Optional<GuardStatus> guard,
        Optional<Epoch> head) {}
