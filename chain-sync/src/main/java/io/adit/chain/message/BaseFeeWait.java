package io.adit.chain.message;

import java.time.Duration;

/**
 * How long messages that can wait (pre-commits, prove-commits, deals) wait for a quiet chain. A threshold in attoFIL would be
 * wrong within weeks since FIP-0115 lets the base fee follow the demand, so it is a share of the last epochs' base fees.
 *
 * @param percentile they go out while the base fee is at most as high as it was in so many of a hundred of those epochs
 * @param epochs how many epochs are looked back
 * @param longest after which they go out whatever the base fee is
 */
public record BaseFeeWait(int percentile, int epochs, Duration longest) {}
