package io.adit.core.config;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.TokenAmount;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Storage deals. The keys that are {@link Doc#live} are the provider's policy: {@code adit deals policy} changes them while
 * the node runs.
 */
public record MarketConfig(
        @Doc(
                value = "Multiaddresses on which deal clients reach the node by libp2p, at most 16: /ip4/…/tcp/PORT,"
                        + " /ip4/…/udp/PORT/quic-v1, /ip4/…/tcp/PORT/ws (behind a proxy that ends TLS) and"
                        + " /ip4/…/tcp/PORT/wss. The same with /ip6.",
                fallback = "/ip4/127.0.0.1/tcp/24001,/ip4/127.0.0.1/udp/24001/quic-v1")
        List<String> libp2pListen,

        @Doc(
                value = "Multiaddresses under which others reach it, told to peers that connect. Empty: the"
                        + " listening ones. See addresses-on-chain.",
                fallback = "")
        List<String> announceAddresses,

        @Doc(
                value = "Keeps the miner actor's peer ID and addresses as the node and announce-addresses say: once an"
                        + " hour the node looks, and sends a message from the worker where they differ.",
                fallback = "false")
        boolean addressesOnChain,

        @Doc(
                value =
                        "PEM file with the certificate chain for /wss, the node's own first. Read when the market opens.",
                fallback = "")
        Optional<Path> wssCertificateFile,

        @Doc(value = "PEM file with its private key (PKCS #8, no passphrase), mode 0600.", fallback = "")
        Optional<Path> wssKeyFile,

        @Doc(
                value = "IP addresses of proxies that end TLS in front of a /ws address, as the node sees them (such as"
                        + " 127.0.0.1). Their clients are told apart by the X-Forwarded-For that they send; without this all"
                        + " count as one. At most 16.",
                fallback = "")
        List<String> trustedProxies,

        @Doc(
                value = "Peer IDs for whom an eighth of the connections, streams and memory for libp2p is kept, so that"
                        + " strangers cannot use up everything. At most 10000.",
                fallback = "")
        List<String> knownPeers,

        @Doc(
                value =
                        "Whether strangers can dial the node: public, private (behind address translation or a firewall:"
                                + " market.relays are used), or auto: the market.autonat-servers and relays are asked. auto with"
                                + " none of them named asks nobody and changes nothing.",
                fallback = "auto")
        Reachability reachability,

        @Doc(
                value = "Circuit relays (v2) through which the node is reached while it is private, in order of"
                        + " preference: addresses that end in /p2p/PEER, at most 16. Their limits bound what passes.",
                fallback = "")
        List<String> relays,

        @Doc(value = "At how many relays a slot is kept.", fallback = "2")
        int relaySlots,

        @Doc(
                value =
                        "Peers that serve AutoNAT, asked besides the relays whether they can dial the node: addresses that"
                                + " end in /p2p/PEER, at most 16.",
                fallback = "")
        List<String> autonatServers,

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
                value = "Most epochs between a proposal and the deal's start: until then an accepted deal may hold its"
                        + " room. 40320 are 14 days.",
                fallback = "40320",
                live = true)
        long maxStartDelayEpochs,

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

        @Doc(
                value =
                        "Most of it that one client's deals may take, so that no one client fills all of it. Empty: half"
                                + " of it, and never less than max-piece-size.",
                fallback = "",
                live = true)
        Optional<ByteSize> maxStagingBytesPerClient,

        @Doc(value = "Most deals between acceptance and a proven sector.", fallback = "1000", live = true)
        int maxDealsUnderWay,

        @Doc(
                value = "Most of them that one client may have, so that no one client has all. 0: a quarter of them.",
                fallback = "0",
                live = true)
        int maxDealsUnderWayPerClient,

        @Doc(
                value = "Most padded bytes of deals that are accepted and have no sector yet. Empty: twice"
                        + " max-staging-bytes, which only pieces fill that are much larger than their data.",
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
                                + " sectors and deals that are ahead of it, is refused at once. 0: not known, and time is not"
                                + " looked at; bytes and sectors (max-queued-bytes, max-sealing-sectors) always are.",
                fallback = "0",
                live = true)
        int sectorsPerDay,

        @Doc(
                value =
                        "A program that judges each deal which the rules above take, run with 'sh -c': it gets the deal as"
                                + " JSON on its standard input, as from Boost; code 0 takes the deal, any other does not, and what"
                                + " it prints is the reason that the client reads. Empty: none.",
                fallback = "",
                live = true)
        String filter,

        @Doc(
                value = "How long the program, and CIDgravity, may take for a deal; clients hang up after 10s.",
                fallback = "8s",
                live = true)
        Duration filterTimeout,

        @Doc(
                value = "Whether a deal is taken when the program or CIDgravity does not answer.",
                fallback = "false",
                live = true)
        boolean filterAcceptWithoutAnswer,

        @Doc(
                value =
                        "A file with the API token of CIDgravity, which then judges each deal, too. Empty: it is not asked.",
                fallback = "",
                live = true)
        Optional<Path> cidgravityTokenFile,

        @Doc(
                value = "Where CIDgravity is asked about proposals.",
                fallback = "https://service.cidgravity.com/api/proposal/check",
                live = true)
        String cidgravityUrl,

        @Doc(value = "How long an accepted deal waits for others to be published in one message.", fallback = "1s")
        Duration publishPeriod,

        @Doc(value = "Most deals in one publish message.", fallback = "8")
        int publishMaxDeals,

        @Doc(
                value =
                        "When the provider's escrow in the market is filled up for the collateral of deals, as much is added"
                                + " as leaves this free. 0 FIL: what the deals at hand need.",
                fallback = "0 FIL")
        TokenAmount escrowTarget,

        @Doc(
                value =
                        "Most that filling up may bring the provider's escrow to, locked collateral included. Empty: no limit.",
                fallback = "")
        Optional<TokenAmount> escrowMax,

        @Doc(
                value =
                        "How long the payments of an active deal add up before they are settled (SettleDealPayments). A deal"
                                + " that has ended is settled at once, which frees its collateral.",
                fallback = "7d")
        Duration settlePeriod,

        @Doc(value = "Most deals in one settling message.", fallback = "200")
        int settleMaxDeals,

        @Doc(value = "Keeps the unsealed copies and the index of pieces whose deals have ended.", fallback = "false")
        boolean keepPiecesOfEndedDeals,

        @Doc(value = "Most deals' data that is fetched at one time.", fallback = "20")
        int maxDownloads,

        @Doc(value = "Most of one client's deals' data that is fetched at one time.", fallback = "4")
        int maxDownloadsPerClient,

        @Doc(
                value = "Most bytes a second that all downloads take together, at least 1MiB. Empty: as many as come.",
                fallback = "")
        Optional<ByteSize> downloadBytesPerSecond,

        @Doc(
                value =
                        "Most bytes a second that one client's downloads take together, at least 64KiB. Empty: as many as"
                                + " come.",
                fallback = "")
        Optional<ByteSize> downloadBytesPerSecondPerClient,

        @Doc(
                value =
                        "Servers that may have the data of offline deals, at most 16, each as 'URL' or 'URL headers=FILE', where"
                                + " FILE has the headers of each request, 'Name: value' on a line. As with Curio's PieceLocator,"
                                + " HEAD URL?id=PIECECID asks for a piece, and GET fetches it. They may be in your own network.",
                fallback = "")
        List<String> pieceLocators,

        @Doc(value = "Most uploads of direct deals' data that run at one time.", fallback = "32", live = true)
        int maxUploads,

        @Doc(value = "Most of one client's uploads that run at one time.", fallback = "8", live = true)
        int maxUploadsPerClient,

        @Doc(
                value =
                        "How long after a deal's acceptance its client may take to upload its data. Then the deal fails, and"
                                + " its room is free again.",
                fallback = "1d",
                live = true)
        Duration uploadPeriod,

        @Doc(
                value =
                        "Actors that direct deals may have told of their piece (notification_address). The message that proves"
                                + " the sector runs their code and pays its gas. Empty: any actor on the chain.",
                fallback = "",
                live = true)
        List<String> notificationContracts,

        @Doc(
                value = "Lets deals be fetched from loopback and private addresses. For devnets only: a client"
                        + " could make the node read services inside your network.",
                fallback = "false")
        boolean fetchAllowPrivateAddresses) {
    /** Whether strangers can dial the node. */
    public enum Reachability {
        /** Others are asked. */
        AUTO,
        PUBLIC,
        PRIVATE
    }

    private static final int MOST_LOCATORS = 16;
    private static final long STAGED_PIECES = 8;
    /** A piece is less than twice as large as data that needs it. */
    private static final long QUEUED_PER_STAGED = 2;

    /** A peer keeps no more of another's, and the chain's field for them has its limit too. */
    private static final int MOST_ADDRESSES = 16;

    private static final int MOST_KNOWN = 10_000;
    private static final long LEAST_DURATION = 518_400;
    private static final long MOST_DURATION = 3_680_640;

    /** Sizes and durations in order, within what the network allows. */
    public MarketConfig {
        NodeConfig.within("the number of market.libp2p-listen", libp2pListen.size(), 1, MOST_ADDRESSES);
        NodeConfig.within("the number of market.announce-addresses", announceAddresses.size(), 0, MOST_ADDRESSES);
        NodeConfig.within("the number of market.relays", relays.size(), 0, MOST_ADDRESSES);
        NodeConfig.within("market.relay-slots", relaySlots, 1, MOST_ADDRESSES);
        NodeConfig.within("the number of market.autonat-servers", autonatServers.size(), 0, MOST_ADDRESSES);
        if (reachability == Reachability.PRIVATE && relays.isEmpty() && announceAddresses.isEmpty()) {
            throw new InvalidValueException(
                    "market.relays",
                    "none, while market.reachability is private",
                    "at least one relay, or market.announce-addresses where the node is reached after all");
        }
        NodeConfig.within("the number of market.trusted-proxies", trustedProxies.size(), 0, MOST_ADDRESSES);
        NodeConfig.within("the number of market.known-peers", knownPeers.size(), 0, MOST_KNOWN);
        if (wssCertificateFile.isPresent() != wssKeyFile.isPresent()) {
            throw new InvalidValueException(
                    "market.wss-certificate-file and market.wss-key-file", "one of them", "both files, or neither");
        }
        NodeConfig.within("market.expected-seal-epochs", expectedSealEpochs, 0, 900_000);
        NodeConfig.within("market.start-buffer-epochs", startBufferEpochs, expectedSealEpochs + 1, 1_000_000);
        NodeConfig.within("market.max-start-delay-epochs", maxStartDelayEpochs, startBufferEpochs + 1, 5_000_000);
        NodeConfig.within("market.min-duration-epochs", minDurationEpochs, LEAST_DURATION, MOST_DURATION);
        NodeConfig.within("market.max-duration-epochs", maxDurationEpochs, minDurationEpochs, MOST_DURATION);
        NodeConfig.within("market.max-deals-under-way", maxDealsUnderWay, 0, 10_000_000);
        NodeConfig.within("market.max-deals-under-way-per-client", maxDealsUnderWayPerClient, 0, 10_000_000);
        NodeConfig.within("market.max-sealing-sectors", maxSealingSectors, 0, 1_000_000);
        NodeConfig.within("market.sectors-per-day", sectorsPerDay, 0, 1_000_000);
        NodeConfig.within("market.filter-timeout in milliseconds", filterTimeout.toMillis(), 100, 60_000);
        NodeConfig.within("market.publish-max-deals", publishMaxDeals, 1, 256);
        NodeConfig.within("market.settle-max-deals", settleMaxDeals, 1, 1000);
        NodeConfig.within("market.settle-period in seconds", settlePeriod.toSeconds(), 60, 180 * 86_400L);
        if (escrowTarget.isNegative()
                || escrowMax.filter(most -> most.compareTo(escrowTarget) < 0).isPresent()) {
            throw new InvalidValueException(
                    "market.escrow-target", escrowTarget, "0 FIL or more, and at most market.escrow-max");
        }
        NodeConfig.within("market.max-downloads", maxDownloads, 1, 200);
        NodeConfig.within("market.max-downloads-per-client", maxDownloadsPerClient, 1, maxDownloads);
        NodeConfig.within("the number of market.piece-locators", pieceLocators.size(), 0, MOST_LOCATORS);
        downloadBytesPerSecond.ifPresent(
                rate -> NodeConfig.within("market.download-bytes-per-second", rate.bytes(), 1 << 20, 1L << 40));
        downloadBytesPerSecondPerClient.ifPresent(rate ->
                NodeConfig.within("market.download-bytes-per-second-per-client", rate.bytes(), 64 << 10, 1L << 40));
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
        var ofOne = maxStagingBytesPerClient.map(ByteSize::bytes);
        if (ofOne.isPresent()) {
            NodeConfig.within(
                    "market.max-staging-bytes-per-client",
                    ofOne.get(),
                    maxPieceSize.bytes(),
                    maxStagingBytes.map(ByteSize::bytes).orElse(STAGED_PIECES * maxPieceSize.bytes()));
        }
        NodeConfig.within("market.max-uploads", maxUploads, 1, 1000);
        NodeConfig.within("market.max-uploads-per-client", maxUploadsPerClient, 1, maxUploads);
        NodeConfig.within("market.upload-period in seconds", uploadPeriod.toSeconds(), 60, 60 * 86_400L);
        if (pricePerGibEpoch.isNegative()) {
            throw new InvalidValueException("market.price-per-gib-epoch", pricePerGibEpoch, "0 FIL or more");
        }
    }

    /** Bytes that the pieces of deals may take on disk until their sectors are proven. */
    public long stagingBytes() {
        return maxStagingBytes.map(ByteSize::bytes).orElse(STAGED_PIECES * maxPieceSize.bytes());
    }

    /** Bytes of them that one client's deals may take. */
    public long stagingBytesPerClient() {
        return maxStagingBytesPerClient
                .map(ByteSize::bytes)
                .orElse(Math.min(stagingBytes(), Math.max(stagingBytes() / 2, maxPieceSize.bytes())));
    }

    /** Padded bytes of deals without a sector. */
    public long queuedBytes() {
        return maxQueuedBytes.map(ByteSize::bytes).orElse(QUEUED_PER_STAGED * stagingBytes());
    }

    /** Deals between acceptance and a proven sector that one client may have. */
    public int dealsUnderWayPerClient() {
        return maxDealsUnderWayPerClient == 0 ? Math.max(1, maxDealsUnderWay / 4) : maxDealsUnderWayPerClient;
    }

    private static void requirePieceSize(String key, ByteSize size) {
        if (size.bytes() < 128 || Long.bitCount(size.bytes()) != 1) {
            throw new InvalidValueException(key, size, "a power of two of at least 128B");
        }
    }
}
