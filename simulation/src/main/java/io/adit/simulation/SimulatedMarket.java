package io.adit.simulation;

import io.adit.chain.message.MessageOutbox;
import io.adit.chain.node.FullNode;
import io.adit.core.fil.Address;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.Signer;
import io.adit.core.state.StateStore;
import io.adit.core.time.Timeline;
import io.adit.market.deal.AfterlifeSettings;
import io.adit.market.deal.DealPipeline;
import io.adit.market.deal.DealSettings;
import io.adit.market.deal.EscrowTerms;
import io.adit.market.deal.LocatorSettings;
import io.adit.market.deal.wire.RetrievalTransports;
import io.adit.market.fetch.AddressRules;
import io.adit.market.fetch.FileSource;
import io.adit.market.fetch.TransferShares;
import io.adit.market.filter.FilterTerms;
import io.adit.market.index.PieceIndex;
import io.adit.market.index.PieceIndexer;
import io.adit.market.policy.DealTerms;
import io.adit.market.policy.FetchPace;
import io.adit.market.policy.PriceList;
import io.adit.market.policy.PriceRule;
import io.adit.market.policy.UploadTerms;
import io.adit.sealing.pipeline.SectorIntake;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The market as a machine has it: its policy, the folder of its pieces, its index; without libp2p and without HTTP. */
final class SimulatedMarket {
    /** A deal that starts sooner is turned away. */
    static final long START_BUFFER = 95;

    /** AttoFIL for a GiB and an epoch: one for each byte. */
    private static final TokenAmount PRICE = TokenAmount.ofAtto(1L << 30);

    /** With a sector that waits for others and one that is redone. */
    private static final long EXPECTED_SEALING = 75;

    private static final int CONFIDENCE = 5;

    /** Slow enough that clients are waited for. */
    private static final TransferShares.Limits TRANSFERS = new TransferShares.Limits(3, 2, 300, 200);

    private final Path folder;
    private final Address miner;
    private final FileSource web;

    /** What one process has open. */
    record Open(DealPipeline deals, PieceIndex index) implements AutoCloseable {
        @Override
        public void close() {
            index.close();
        }
    }

    /**
     * A market that no process has open yet.
     *
     * @param folder where pieces and index lie; it exists
     * @param web what it fetches from
     */
    SimulatedMarket(Path folder, Address miner, FileSource web) {
        this.folder = folder;
        this.miner = miner;
        this.web = web;
    }

    /** Deals that nobody pays for are taken for this duration only, since direct deals name no price. */
    static final long FREE_EPOCHS = DealTerms.CHAIN_MIN_DURATION + 7;

    private static DealTerms terms() {
        var free = PriceRule.parse("epochs>=%1$d epochs<=%1$d: 0 FIL".formatted(FREE_EPOCHS));
        return new DealTerms(
                new PriceList(PRICE, List.of(free)),
                Set.of(),
                Set.of(),
                new PaddedSize(256),
                new PaddedSize(2048),
                SectorSize.KIB_2,
                START_BUFFER,
                DealTerms.publishAndSeal(EXPECTED_SEALING, CONFIDENCE),
                FetchPace.FREE,
                40_320,
                DealTerms.CHAIN_MIN_DURATION,
                DealTerms.CHAIN_MAX_DURATION,
                DealTerms.CHAIN_MAX_DURATION,
                100_000,
                100_000,
                100,
                100,
                100_000,
                100,
                0,
                new AddressRules(false),
                FilterTerms.NONE,
                new UploadTerms(32, 8, Duration.ofDays(1)),
                Set.of());
    }

    /**
     * Opens it for a process. Pieces that the index lost are indexed again.
     *
     * @param machine whose index it is: pieces lie on the storage that all machines have, an index on each one's own disk
     */
    Open open(
            int machine,
            StateStore store,
            FullNode chain,
            Signer keys,
            MessageOutbox outbox,
            SectorIntake intake,
            Timeline timeline) {
        var index = PieceIndex.open(folder.resolve("index-" + machine));
        var settings = new DealSettings(
                miner,
                EXPECTED_SEALING,
                folder.resolve("pieces"),
                new AddressRules(false),
                Duration.ofMinutes(2),
                8,
                TokenAmount.ofFil("0.5"),
                CONFIDENCE,
                TRANSFERS,
                Duration.ofSeconds(30),
                new AfterlifeSettings(Duration.ofHours(1), Duration.ofHours(1), 100, false),
                EscrowTerms.AS_NEEDED,
                LocatorSettings.NONE);
        var terms = terms();
        var deals = new DealPipeline(
                settings,
                () -> terms,
                store,
                chain,
                keys,
                outbox,
                intake,
                new PieceIndexer(index),
                () -> new RetrievalTransports(List.of()),
                web,
                timeline);
        deals.restoreIndex();
        return new Open(deals, index);
    }

    Path pieces() {
        return folder.resolve("pieces");
    }
}
