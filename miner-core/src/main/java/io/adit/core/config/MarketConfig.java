package io.adit.core.config;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.TokenAmount;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Storage deals. The keys that are {@link Doc#live} are the provider's policy: {@code adit deals policy} changes them while
 * the node runs.
 */
public record MarketConfig(
        @Doc(
                value = "Multiaddress on which deal clients reach the node by libp2p.",
                fallback = "/ip4/127.0.0.1/tcp/24001")
        String libp2pListen,

        @Doc(
                value = "Multiaddresses under which others reach it, told to peers that connect. Empty: the"
                        + " listening one. The miner actor's own addresses are not changed.",
                fallback = "")
        List<String> announceAddresses,

        @Doc(value = "Price of a GiB for one epoch of 30 s.", fallback = "0.00000005 FIL", live = true)
        TokenAmount pricePerGibEpoch,

        @Doc(
                value = "Other prices, each as 'CONDITIONS: PRICE', such as 'size>=1GiB epochs>=1555200: 0.00000003"
                        + " FIL' or 'client=f1abc: 0 FIL'. Conditions are client=ADDRESS, size>=, size<= (padded piece),"
                        + " epochs>= and epochs<= (duration), with spaces between; all must hold. The first that fits"
                        + " counts; where none does, price-per-gib-epoch.",
                fallback = "",
                live = true)
        List<String> priceRules,

        @Doc(
                value = "Clients whose deals are taken, by any of their addresses. Empty: everybody's.",
                fallback = "",
                live = true)
        List<String> allowClients,

        @Doc(value = "Clients whose deals are not taken, whatever else is said.", fallback = "", live = true)
        List<String> denyClients,

        @Doc(value = "Smallest padded piece that is taken.", fallback = "256B", live = true)
        ByteSize minPieceSize,

        @Doc(value = "Largest padded piece that is taken; never more than the sector.", fallback = "8MiB", live = true)
        ByteSize maxPieceSize,

        @Doc(
                value = "Shortest deal that is taken, in epochs (2880 a day). The network allows none below 180 days,"
                        + " 518400.",
                fallback = "518400",
                live = true)
        long minDurationEpochs,

        @Doc(
                value = "Longest deal that is taken, in epochs. The network allows none above 1278 days, 3680640.",
                fallback = "3680640",
                live = true)
        long maxDurationEpochs,

        @Doc(
                value = "Epochs that must lie between a proposal and the deal's start, so that it can be fetched,"
                        + " published and sealed in time. More than expected-seal-epochs.",
                fallback = "1440",
                live = true)
        long startBufferEpochs,

        @Doc(
                value = "Epochs that sealing takes, waiting for its turn included. A deal that starts sooner than"
                        + " this is neither fetched nor published nor sealed any more. 960 are 8 hours.",
                fallback = "960")
        long expectedSealEpochs,

        @Doc(
                value = "Most that the pieces of deals may take on disk until their sectors are proven; then they"
                        + " are copies for retrieval and do not count. Empty: eight times max-piece-size.",
                fallback = "",
                live = true)
        Optional<ByteSize> maxStagingBytes,

        @Doc(value = "Most deals between acceptance and a proven sector.", fallback = "1000", live = true)
        int maxDealsUnderWay,

        @Doc(
                value = "Most padded bytes of deals that are accepted and have no sector yet. Empty: as many as"
                        + " max-staging-bytes leaves room for.",
                fallback = "",
                live = true)
        Optional<ByteSize> maxQueuedBytes,

        @Doc(
                value =
                        "Most sectors between the first piece and the proof's message; while there are as many, no deal is"
                                + " taken.",
                fallback = "256",
                live = true)
        int maxSealingSectors,

        @Doc(
                value =
                        "Sectors that this node seals in a day. A deal that could not be sealed before its start, behind the"
                                + " sectors and deals that are ahead of it, is refused at once. 0: not known, and not looked at.",
                fallback = "0",
                live = true)
        int sectorsPerDay,

        @Doc(value = "How long an accepted deal waits for others to be published in one message.", fallback = "1s")
        Duration publishPeriod,

        @Doc(value = "Most deals in one publish message.", fallback = "8")
        int publishMaxDeals,

        @Doc(
                value = "Lets deals be fetched from loopback and private addresses. For devnets only: a client"
                        + " could make the node read services inside your network.",
                fallback = "false")
        boolean fetchAllowPrivateAddresses) {
    private static final long STAGED_PIECES = 8;
    private static final long LEAST_DURATION = 518_400;
    private static final long MOST_DURATION = 3_680_640;

    /** Sizes and durations in order, within what the network allows. */
    public MarketConfig {
        NodeConfig.within("market.expected-seal-epochs", expectedSealEpochs, 0, 900_000);
        NodeConfig.within("market.start-buffer-epochs", startBufferEpochs, expectedSealEpochs + 1, 1_000_000);
        NodeConfig.within("market.min-duration-epochs", minDurationEpochs, LEAST_DURATION, MOST_DURATION);
        NodeConfig.within("market.max-duration-epochs", maxDurationEpochs, minDurationEpochs, MOST_DURATION);
        NodeConfig.within("market.max-deals-under-way", maxDealsUnderWay, 0, 10_000_000);
        NodeConfig.within("market.max-sealing-sectors", maxSealingSectors, 0, 1_000_000);
        NodeConfig.within("market.sectors-per-day", sectorsPerDay, 0, 1_000_000);
        NodeConfig.within("market.publish-max-deals", publishMaxDeals, 1, 256);
        requirePieceSize("market.min-piece-size", minPieceSize);
        requirePieceSize("market.max-piece-size", maxPieceSize);
        if (minPieceSize.compareTo(maxPieceSize) > 0) {
            throw new InvalidValueException(
                    "market.min-piece-size", minPieceSize, "at most market.max-piece-size, " + maxPieceSize);
        }
        if (maxStagingBytes.filter(most -> most.compareTo(maxPieceSize) < 0).isPresent()) {
            throw new InvalidValueException(
                    "market.max-staging-bytes",
                    maxStagingBytes.get(),
                    "at least market.max-piece-size, " + maxPieceSize + ", or no such piece would ever be taken");
        }
        if (pricePerGibEpoch.isNegative()) {
            throw new InvalidValueException("market.price-per-gib-epoch", pricePerGibEpoch, "0 FIL or more");
        }
    }

    /** Bytes that the pieces of deals may take on disk until their sectors are proven. */
    public long stagingBytes() {
        return maxStagingBytes.map(ByteSize::bytes).orElse(STAGED_PIECES * maxPieceSize.bytes());
    }

    private static void requirePieceSize(String key, ByteSize size) {
        if (size.bytes() < 128 || Long.bitCount(size.bytes()) != 1) {
            throw new InvalidValueException(key, size, "a power of two of at least 128B");
        }
    }
}
