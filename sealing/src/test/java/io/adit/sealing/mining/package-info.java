/** Rounds against a scripted chain in simulated time, with a slash guard and a store that are real. */
@NullMarked
package io.adit.sealing.mining;

import org.jspecify.annotations.NullMarked;
