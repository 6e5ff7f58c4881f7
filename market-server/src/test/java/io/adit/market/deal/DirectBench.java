package io.adit.market.deal;

import io.adit.core.fil.CommP;
import io.adit.core.fil.PieceCid;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.DealRecord;
import io.adit.market.index.PieceIndex;
import io.adit.market.mk20.Mk20Client;
import io.adit.market.mk20.Mk20Deal;
import io.adit.market.mk20.Mk20Deal.DataSource;
import io.adit.market.mk20.Mk20Deal.Format;
import io.adit.market.mk20.Mk20Deal.Source;
import io.adit.market.mk20.Mk20Deal.Url;
import io.adit.market.mk20.Ulid;
import io.adit.market.policy.DealTerms;
import io.adit.market.policy.PriceList;
import io.adit.market.retrieve.ContentPolicy;
import io.adit.market.retrieve.PieceCatalog;
import io.adit.market.retrieve.RetrievalLimits;
import io.adit.market.retrieve.RetrievalServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** A provider on a scripted chain that takes direct deals over HTTP, and a client of it. */
final class DirectBench implements AutoCloseable {
    final DealBench bench;
    final RetrievalServer server;
    final Mk20Client client;
    private final PieceIndex served;

    /** Direct deals name no price; this provider asks for none. */
    static DealTerms free() {
        return TestDeals.TERMS.withPrices(PriceList.flat(TokenAmount.ZERO));
    }

    DirectBench(Path folder) throws Exception {
        this(folder, DirectBench.free(), true);
    }

    DirectBench(Path folder, DealTerms terms, boolean covering) throws Exception {
        this(folder, terms, covering, settings -> settings);
    }

    DirectBench(Path folder, DealTerms terms, boolean covering, UnaryOperator<DealSettings> change) throws Exception {
        bench = new DealBench(
                folder,
                Duration.ZERO,
                8,
                new FakeMarketChain(TestDeals.MINER, TestDeals.WORKER.address(), TestDeals.NOW),
                () -> terms,
                change);
        served = bench.index;
        server = RetrievalServer.start(
                RetrievalServer.DEFAULT_ADDRESS,
                served,
                PieceCatalog.of(bench.store),
                ContentPolicy.SERVE_ALL,
                List.of(bench.pipeline.pages()),
                RetrievalLimits.DEFAULTS,
                new SimpleMeterRegistry());
        client = client(covering);
    }

    Mk20Client client(boolean covering) {
        return new Mk20Client(
                uri(),
                new TestKeys().with(TestDeals.CLIENT),
                TestDeals.CLIENT.address(),
                covering,
                Clock.systemUTC(),
                new SecureRandom());
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.address().getPort());
    }

    static Ulid id(int number) {
        return new Ulid(new UUID(77, number));
    }

    static PieceCid pieceCid(byte[] data) {
        return PieceCid.of(CommP.of(data), data.length);
    }

    static Source http(String... urls) {
        return new Mk20Deal.Http(List.of(urls).stream()
                .map(url -> new Url(url, Map.of(), List.of(urls).indexOf(url), false))
                .toList());
    }

    static Mk20Deal deal(Ulid id, byte[] data, Format format, Source source) {
        return deal(id, new DataSource(pieceCid(data), format, source), format instanceof Mk20Deal.Car);
    }

    static Mk20Deal deal(Ulid id, DataSource data, boolean indexing) {
        return new Mk20Deal(
                id,
                TestDeals.CLIENT.address(),
                data,
                new Mk20Deal.Ddo(
                        TestDeals.MINER,
                        OptionalLong.of(TestDeals.NOW + 100),
                        DealTerms.CHAIN_MIN_DURATION,
                        Optional.empty()),
                new Mk20Deal.Retrieval(indexing, false));
    }

    DealRecord record(Ulid id) {
        return bench.deal(id.uuid());
    }

    @Override
    public void close() {
        client.close();
        server.close();
        bench.close();
    }
}
