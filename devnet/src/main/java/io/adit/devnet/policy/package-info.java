/**
 * The numbers that shape the embedded chain: deadlines, windows, delays, limits and the money formulas.
 *
 * <p>Only pure arithmetic over epochs, bytes and attoFIL lives here; no state, no I/O. Every figure names the FIP or the
 * actor policy it was taken from, because the devnet is only useful when its verdicts are those of the real actors.
 */
@NullMarked
package io.adit.devnet.policy;

import org.jspecify.annotations.NullMarked;
