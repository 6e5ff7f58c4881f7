package io.adit.market.policy;

import io.adit.core.config.MarketConfig;
import io.adit.core.error.AditException;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.market.fetch.AddressRules;
import io.adit.market.filter.FilterTerms;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What this provider takes.
 *
 * @param prices attoFIL per GiB of padded piece and epoch
 * @param allowed clients whose deals are taken; empty for everybody's
 * @param denied clients whose deals are not
 * @param minPieceSize smallest padded piece
 * @param maxPieceSize largest padded piece
 * @param sectorSize no piece is larger than a sector
 * @param startBuffer epochs that transfer, publishing and sealing may take; a deal must not start earlier than this from
 *     now
 * @param publishAndSeal epochs that publishing, its confirmation and sealing take; a deal that starts sooner is given up
 * @param pace how fast data may be fetched
 * @param maxStartDelay epochs from now that a deal may start at most
 * @param minDuration epochs; the market actor's 180 days unless the operator asks for more
 * @param maxDuration epochs; the market actor's 1278 days unless the operator allows less
 * @param maxExpiration epochs from now that a sector may live; the deal must end by then
 * @param maxStagingBytes room for pieces whose sector is not proven yet
 * @param maxStagingBytesPerClient of that for the deals of one client
 * @param maxDealsUnderWay deals between acceptance and a proven sector
 * @param maxDealsUnderWayPerClient of them those of one client
 * @param maxQueuedBytes padded bytes of deals without a sector
 * @param maxSealingSectors sectors between the first piece and the proof's message
 * @param sectorsPerDay what the node seals; 0 where that is not known
 * @param addresses where data may be fetched from
 * @param filters who is asked about a deal that keeps the rules
 * @param uploads how data is uploaded
 * @param notificationContracts actors that may be told of a direct deal's piece; empty for any
 */
@RecordBuilder
public record DealTerms(
        PriceList prices,
        Set<Address> allowed,
        Set<Address> denied,
        PaddedSize minPieceSize,
        PaddedSize maxPieceSize,
        SectorSize sectorSize,
        long startBuffer,
        long publishAndSeal,
        FetchPace pace,
        long maxStartDelay,
        long minDuration,
        long maxDuration,
        long maxExpiration,
        long maxStagingBytes,
        long maxStagingBytesPerClient,
        int maxDealsUnderWay,
        int maxDealsUnderWayPerClient,
        long maxQueuedBytes,
        int maxSealingSectors,
        int sectorsPerDay,
        AddressRules addresses,
        FilterTerms filters,
        UploadTerms uploads,
        Set<Address> notificationContracts)
        implements DealTermsBuilder.With {
    /** 180 days, the market actor's least duration of a deal. */
    public static final long CHAIN_MIN_DURATION = 180 * 2880L;

    /** 1278 days, the market actor's longest deal and the furthest expiration of a new sector (FIP-0052). */
    public static final long CHAIN_MAX_DURATION = 1278 * 2880L;

    /**
     * Sealing lets a sector live two days longer than its last deal and asks for two days less than the chain's most, both
     * because the chain moves on between asking and being heard.
     */
    private static final long EXPIRATION_MARGIN = 4 * 2880L;

    private static final long GIB = 1L << 30;

    public DealTerms {
        allowed = Set.copyOf(allowed);
        denied = Set.copyOf(denied);
        notificationContracts = Set.copyOf(notificationContracts);
    }

    /**
     * The configured terms within the chain's bounds.
     *
     * @param confidence epochs after which a message counts as final
     * @throws InvalidValueException naming the key whose text is no rule or no address
     */
    public static DealTerms of(MarketConfig market, SectorSize sectorSize, int confidence) {
        return new DealTerms(
                new PriceList(
                        market.pricePerGibEpoch(),
                        market.priceRules().stream().map(PriceRule::parse).toList()),
                clients("market.allow-clients", market.allowClients()),
                clients("market.deny-clients", market.denyClients()),
                new PaddedSize(market.minPieceSize().bytes()),
                new PaddedSize(market.maxPieceSize().bytes()),
                sectorSize,
                market.startBufferEpochs(),
                publishAndSeal(market.expectedSealEpochs(), confidence),
                FetchPace.of(market),
                market.maxStartDelayEpochs(),
                market.minDurationEpochs(),
                market.maxDurationEpochs(),
                CHAIN_MAX_DURATION - EXPIRATION_MARGIN,
                market.stagingBytes(),
                market.stagingBytesPerClient(),
                market.maxDealsUnderWay(),
                market.dealsUnderWayPerClient(),
                market.queuedBytes(),
                market.maxSealingSectors(),
                market.sectorsPerDay(),
                new AddressRules(market.fetchAllowPrivateAddresses()),
                filters(market),
                new UploadTerms(market.maxUploads(), market.maxUploadsPerClient(), market.uploadPeriod()),
                addresses("market.notification-contracts", market.notificationContracts(), "addresses of actors"));
    }

    /** Epochs that must be left when a deal is published: its message has to be mined and confirmed first. */
    public static long publishAndSeal(long expectedSealing, int confidence) {
        return expectedSealing + 2L * confidence;
    }

    /** Epochs that must lie between now and a deal's start at least, whatever its data. */
    public long leastStartDelay() {
        return Math.max(startBuffer, publishAndSeal);
    }

    private static FilterTerms filters(MarketConfig market) {
        return new FilterTerms(
                market.filter(),
                market.filterTimeout(),
                market.filterAcceptWithoutAnswer(),
                market.cidgravityTokenFile(),
                gateway(market.cidgravityUrl()));
    }

    private static URI gateway(String text) {
        var form = "an http or https URL such as " + FilterTerms.CID_GRAVITY;
        try {
            var url = new URI(text);
            if (url.getHost() == null || !String.valueOf(url.getScheme()).matches("https?")) {
                throw new InvalidValueException("market.cidgravity-url", text, form);
            }
            return url;
        } catch (URISyntaxException e) {
            throw new InvalidValueException("market.cidgravity-url", text, form);
        }
    }

    private static Set<Address> clients(String key, List<String> texts) {
        return addresses(key, texts, "addresses of clients");
    }

    private static Set<Address> addresses(String key, List<String> texts, String what) {
        return texts.stream().map(text -> address(key, text, what)).collect(Collectors.toSet());
    }

    private static Address address(String key, String text, String what) {
        try {
            return Address.parse(text);
        } catch (AditException e) {
            throw new InvalidValueException(key, text, what + ": " + e.getMessage());
        }
    }

    /** The largest piece that both the ask and a sector allow. */
    public PaddedSize largestPiece() {
        return new PaddedSize(Math.min(maxPieceSize.bytes(), sectorSize.bytes()));
    }

    /** Whether a client has to be known by its ID address, too, to be found in a list. */
    public boolean namesClientsById() {
        var priced = prices.rules().stream().flatMap(rule -> rule.client().stream());
        return Stream.concat(priced, Stream.concat(allowed.stream(), denied.stream()))
                .anyMatch(client -> client.id().isPresent());
    }

    /** What a piece costs for one epoch, rounded up: a small one would cost nothing otherwise. */
    public static TokenAmount pricePerEpoch(TokenAmount pricePerGibEpoch, long paddedBytes) {
        return pricePerGibEpoch
                .times(paddedBytes)
                .plus(TokenAmount.ofAtto(GIB - 1))
                .dividedBy(GIB);
    }
}
