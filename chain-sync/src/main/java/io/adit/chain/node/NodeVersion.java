package io.adit.chain.node;

import java.util.Optional;

/**
 * What answers at the other end (Lotus {@code api.APIVersion}).
 *
 * @param version the program's own version text
 * @param apiVersion three bytes: major, minor, patch of the API
 * @param blockDelaySeconds seconds between epochs
 * @param agent {@code lotus}, {@code forest}, …; older nodes do not say
 */
public record NodeVersion(String version, long apiVersion, long blockDelaySeconds, Optional<String> agent) {}
