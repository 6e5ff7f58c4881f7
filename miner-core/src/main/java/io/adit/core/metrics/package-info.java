/**
 * The registry of the node's figures, in Prometheus's format.
 *
 * <p>Rooms take a Micrometer {@code MeterRegistry} through their constructor and name their meters {@code adit.…}; this
 * room makes the registry and keeps the names under one prefix. No figures are computed here.
 */
@NullMarked
package io.adit.core.metrics;

import org.jspecify.annotations.NullMarked;
