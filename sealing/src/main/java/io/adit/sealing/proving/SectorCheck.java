package io.adit.sealing.proving;

import io.adit.core.fil.SectorNumber;
import java.util.Optional;

/**
 * Whether one live sector could be proven now.
 *
 * @param faulty whether the chain counts it as faulty
 * @param problem why it could not, in words; empty when it could
 */
public record SectorCheck(
        long deadline, long partition, SectorNumber sector, boolean faulty, Optional<String> problem) {}
