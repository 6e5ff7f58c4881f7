package io.adit.market.client;

import io.adit.core.fil.TokenAmount;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;

/**
 * What a deal costs.
 *
 * @param pricePerEpoch attoFIL that the client pays for each epoch
 * @param epochs how long the provider keeps the data
 * @param total what is locked in the market's escrow and paid to the provider bit by bit
 * @param providerCollateral what the provider puts up and loses when it fails
 * @param paddedSize bytes of storage that are paid for
 * @param epochLength the chain's time between epochs
 */
public record Quote(
        TokenAmount pricePerEpoch,
        long epochs,
        TokenAmount total,
        TokenAmount providerCollateral,
        long paddedSize,
        Duration epochLength) {

    /** The same in plain words. */
    public String sentence() {
        return "Keeping " + size(paddedSize) + " for " + epochs + " epochs (" + time() + ") costs " + total
                + " in all. The sum is locked with the market actor and paid out bit by bit while the provider proves; the provider puts up "
                + providerCollateral + " of its own and loses it when it fails.";
    }

    private String time() {
        var whole = epochLength.multipliedBy(epochs);
        if (whole.toDays() >= 2) {
            return whole.toDays() + " days";
        }
        return whole.toHours() >= 2 ? whole.toHours() + " hours" : whole.toMinutes() + " minutes";
    }

    private static String size(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB"};
        var value = BigDecimal.valueOf(bytes);
        int unit = 0;
        while (value.compareTo(BigDecimal.valueOf(1024)) >= 0 && unit + 1 < units.length) {
            value = value.divide(BigDecimal.valueOf(1024), 2, RoundingMode.HALF_UP);
            unit++;
        }
        return String.format(Locale.ROOT, "%s %s", value.stripTrailingZeros().toPlainString(), units[unit]);
    }
}
