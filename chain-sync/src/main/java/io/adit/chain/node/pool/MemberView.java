package io.adit.chain.node.pool;

import io.adit.core.fil.Epoch;
import java.time.Duration;
import java.util.Optional;

/**
 * A node of a pool as it stands now.
 *
 * @param height of the last head it named
 * @param latency of naming it, smoothed; zero before the first answer
 * @param primary whether calls go to it first
 */
public record MemberView(String name, Verdict verdict, Optional<Epoch> height, Duration latency, boolean primary) {}
