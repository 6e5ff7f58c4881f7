package io.adit.sealing.proving;

import io.adit.core.fil.Epoch;
import java.time.Duration;
import java.util.Optional;

/**
 * A window proof made for nobody.
 *
 * @param challenge the epoch whose randomness it answers, the deadline's last one
 * @param sectors how many were to be proven: all live ones, faulty ones too
 * @param skipped how many of them could not be read
 * @param skippedBecause which and why, in words
 * @param proofBytes length of the proof; 0 when none was made
 * @param took reading, proving and verifying
 * @param problem why there is no proof that verifies; empty when there is
 */
public record DryRun(
        long deadline,
        long partition,
        Epoch challenge,
        int sectors,
        long skipped,
        String skippedBecause,
        int proofBytes,
        Duration took,
        Optional<String> problem) {}
