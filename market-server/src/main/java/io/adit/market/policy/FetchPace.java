package io.adit.market.policy;

import io.adit.core.config.ByteSize;
import io.adit.core.config.MarketConfig;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How fast one deal's data may be fetched at most, as the operator has it: it cannot come any sooner, however good its server is.
 *
 * @param bytesPerSecond 0 where it may come as fast as it comes
 */
public record FetchPace(long bytesPerSecond) {
    /** Nothing is known of it. */
    public static final FetchPace FREE = new FetchPace(0);

    private static final long EPOCH_SECONDS = 30;

    static FetchPace of(MarketConfig market) {
        return new FetchPace(Stream.of(market.downloadBytesPerSecond(), market.downloadBytesPerSecondPerClient())
                .flatMap(Optional::stream)
                .mapToLong(ByteSize::bytes)
                .min()
                .orElse(0));
    }

    /** Whole epochs that so many bytes take at least; 0 where that is not known. */
    public long epochs(long bytes) {
        return bytesPerSecond == 0 ? 0 : bytes / bytesPerSecond / EPOCH_SECONDS;
    }
}
