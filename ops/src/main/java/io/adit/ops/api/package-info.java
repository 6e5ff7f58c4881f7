/**
 * The operator's HTTP interface: JSON under {@code /api/v1} behind a bearer token, and {@code /metrics} in Prometheus
 * format. It answers questions from views and hands requests to the rooms; it holds no state and decides nothing.
 */
@NullMarked
package io.adit.ops.api;

import org.jspecify.annotations.NullMarked;
