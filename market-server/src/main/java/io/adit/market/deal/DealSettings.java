package io.adit.market.deal;

import io.adit.core.config.ByteSize;
import io.adit.core.config.MarketConfig;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.market.fetch.AddressRules;
import io.adit.market.fetch.PieceLocator;
import io.adit.market.fetch.TransferShares;
import io.adit.market.policy.DealTerms;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How this provider makes deals.
 *
 * @param miner its ID address
 * @param expectedSealing epochs that sealing takes, waiting for its turn included
 * @param pieces the folder of fetched pieces
 * @param addresses where data may be fetched from
 * @param publishPeriod how long a fetched deal waits for others to share its message
 * @param maxDealsPerMessage a message that full goes out at once
 * @param maxFee most that a publish message may cost in gas; zero leaves it to the node
 * @param confidence epochs after which a publish message counts as final
 * @param transfers how many downloads there are at one time, and how fast they are
 * @param headPoll how often waiting steps look at the chain when no head signal comes
 * @param afterlife of deals that are active
 * @param escrow the provider's, in the market actor
 * @param locators where the data of offline deals is looked for
 */
@RecordBuilder
public record DealSettings(
        Address miner,
        long expectedSealing,
        Path pieces,
        AddressRules addresses,
        Duration publishPeriod,
        int maxDealsPerMessage,
        TokenAmount maxFee,
        int confidence,
        TransferShares.Limits transfers,
        Duration headPoll,
        AfterlifeSettings afterlife,
        EscrowTerms escrow,
        LocatorSettings locators)
        implements DealSettingsBuilder.With {
    private static final Duration HEAD_POLL = Duration.ofSeconds(30);

    /** Epochs that must be left before a deal's start when its piece goes to sealing. */
    long epochsToSeal() {
        return expectedSealing;
    }

    /** Epochs that must be left when a deal is published: its message has to be mined and confirmed first. */
    long epochsToPublishAndSeal() {
        return DealTerms.publishAndSeal(expectedSealing, confidence);
    }

    /** The configured settings; pieces go into the given folder. */
    public static DealSettings of(MarketConfig market, Address miner, Path pieces, TokenAmount maxFee, int confidence) {
        return new DealSettings(
                miner,
                market.expectedSealEpochs(),
                pieces,
                new AddressRules(market.fetchAllowPrivateAddresses()),
                market.publishPeriod(),
                market.publishMaxDeals(),
                maxFee,
                confidence,
                new TransferShares.Limits(
                        market.maxDownloads(),
                        market.maxDownloadsPerClient(),
                        market.downloadBytesPerSecond().map(ByteSize::bytes).orElse(0L),
                        market.downloadBytesPerSecondPerClient()
                                .map(ByteSize::bytes)
                                .orElse(0L)),
                HEAD_POLL,
                AfterlifeSettings.of(market),
                new EscrowTerms(market.escrowTarget(), market.escrowMax()),
                LocatorSettings.of(
                        market.pieceLocators().stream().map(PieceLocator::parse).toList()));
    }
}
