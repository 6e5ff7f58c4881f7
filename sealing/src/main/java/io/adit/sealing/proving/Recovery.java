package io.adit.sealing.proving;

import io.adit.core.fil.BitField;
import java.util.Optional;

/**
 * What became of asking that faulty sectors of one partition be declared recovered.
 *
 * @param sectors those that were declared, or would have been
 * @param problem why they were not declared, in words; empty when they were
 */
public record Recovery(long deadline, long partition, BitField sectors, Optional<String> problem) {}
