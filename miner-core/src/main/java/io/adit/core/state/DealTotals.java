package io.adit.core.state;

/**
 * Sums over deals.
 *
 * @param transferBytes of their data
 * @param unplacedBytes padded bytes of those that have no sector
 */
public record DealTotals(int deals, long transferBytes, long unplacedBytes) {}
