/**
 * Measurements beside a peer or a limit taken in the same run, printed as ratios. Results are checked equal before anything is
 * timed; CPU time counts, since wall-clock time on a shared machine says little.
 */
@NullMarked
package io.adit.benchmarks;

import org.jspecify.annotations.NullMarked;
