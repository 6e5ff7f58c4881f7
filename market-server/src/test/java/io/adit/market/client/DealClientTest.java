package io.adit.market.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.adit.chain.actor.MarketMethod;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.market.deal.TestDeals;
import io.adit.market.deal.TestKeys;
import io.adit.market.deal.TestProvider;
import io.adit.market.deal.wire.DealResponse;
import io.adit.market.deal.wire.DealStatus;
import io.adit.market.policy.DealTerms;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client against this provider, over libp2p and HTTP. */
@Timeout(60)
class DealClientTest {
    private static final Address CLIENT = TestDeals.CLIENT.address();

    @TempDir
    Path folder;

    private TestProvider provider;
    private DealClient client;

    @SuppressWarnings("NullAway.Init") // set up before every test
    DealClientTest() {}

    @BeforeEach
    void start() throws Exception {
        provider = TestProvider.running(folder);
        client = client();
    }

    private DealClient client() {
        return new DealClient(
                provider.chain(),
                new TestKeys().with(TestDeals.CLIENT),
                folder.resolve("client"),
                new SecureRandom(),
                Clock.systemUTC());
    }

    @AfterEach
    void stop() {
        client.close();
        provider.close();
    }

    @Test
    void makesADealFromAFile() throws Exception {
        var piece = client.pack(Files.write(folder.resolve("picture.jpg"), TestDeals.data(31, 700)));
        var quote = client.quote(client.ask(provider.address(), TestDeals.MINER), piece, DealTerms.CHAIN_MIN_DURATION);

        var proposed = propose(client.newDeal(), piece, quote, TestDeals.NOW + 50);

        assertThat(proposed.response()).isEqualTo(new DealResponse(true, ""));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> status(proposed.uuid()).status().equals("Published"));
        assertThat(status(proposed.uuid()).proposal())
                .isEqualTo(proposed.proposal().proposal());
        assertThat(quote.total())
                .isEqualTo(TokenAmount.ofAtto(piece.piece().size().bytes()).times(DealTerms.CHAIN_MIN_DURATION));
        assertThat(quote.sentence())
                .contains("180 days", "518400 epochs", quote.total().toString());
    }

    @Test
    void hearsTheSameYes_whenItProposesAgainUnderTheSameName() throws Exception {
        var piece = client.pack(Files.write(folder.resolve("picture.jpg"), TestDeals.data(31, 700)));
        var quote = client.quote(client.ask(provider.address(), TestDeals.MINER), piece, DealTerms.CHAIN_MIN_DURATION);
        var deal = client.newDeal();

        propose(deal, piece, quote, TestDeals.NOW + 50);

        assertThat(propose(deal, piece, quote, TestDeals.NOW + 50).response()).isEqualTo(new DealResponse(true, ""));
        assertThat(propose(client.newDeal(), piece, quote, TestDeals.NOW + 50)
                        .response()
                        .message())
                .startsWith("UUID_REUSED");
    }

    private Proposed propose(UUID deal, PackedPiece piece, Quote quote, long start) {
        return client.propose(deal, provider.address(), TestDeals.MINER, CLIENT, piece, quote, new Epoch(start));
    }

    private DealStatus status(UUID uuid) {
        return client.status(provider.address(), CLIENT, uuid).status().orElseThrow();
    }

    @Test
    void readsTheReason_whenTheProviderRefuses() throws Exception {
        var piece = client.pack(Files.write(folder.resolve("picture.jpg"), TestDeals.data(31, 700)));
        var quote = client.quote(client.ask(provider.address(), TestDeals.MINER), piece, DealTerms.CHAIN_MIN_DURATION);

        var proposed = propose(client.newDeal(), piece, quote, TestDeals.NOW + 1);

        assertThat(proposed.response().accepted()).isFalse();
        assertThat(proposed.response().message()).startsWith("START_TOO_SOON: StartEpoch must be at least 1020 ");
    }

    @Test
    void addsToTheEscrowOnce_andWaitsUntilItIsThere() {
        var chain = provider.chain();
        var clock = Thread.ofVirtual().start(() -> {
            while (chain.included(MarketMethod.ADD_BALANCE).isEmpty()) {
                chain.advance(1);
                LockSupport.parkNanos(1_000_000);
            }
            chain.advance(1);
        });

        client.ensureEscrow(CLIENT, TokenAmount.ofFil(3));
        client.ensureEscrow(CLIENT, TokenAmount.ofFil(3));

        assertThat(clock.isAlive()).isFalse();
        assertThat(chain.included(MarketMethod.ADD_BALANCE))
                .singleElement()
                .satisfies(message -> assertThat(message.value()).isEqualTo(TokenAmount.ofFil(2)));
    }

    @Test
    void goesOnWithAPayment_thatWasBegunBeforeACrash() throws Exception {
        var chain = provider.chain();
        var waiting = Thread.ofVirtual().start(() -> {
            try {
                client.ensureEscrow(CLIENT, TokenAmount.ofFil(3));
            } catch (AditException e) {
                // This client is the one that dies.
            }
        });
        await().until(() -> !chain.mpoolPending(TipSetKey.EMPTY).isEmpty());
        waiting.interrupt();
        waiting.join();
        client.close();
        client = client();
        var clock = Thread.ofVirtual().start(() -> {
            LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
            chain.advance(2);
        });

        client.ensureEscrow(CLIENT, TokenAmount.ofFil(3));
        clock.join();

        assertThat(chain.included(MarketMethod.ADD_BALANCE))
                .singleElement()
                .satisfies(message -> assertThat(message.value()).isEqualTo(TokenAmount.ofFil(2)));
    }

    @Test
    void paysAgain_whenASecondDealNeedsAsMuch() throws Exception {
        var chain = provider.chain();
        for (int deal = 0; deal < 2; deal++) {
            chain.escrow(CLIENT, TokenAmount.ZERO);
            var clock = Thread.ofVirtual().start(() -> {
                await().until(() -> !chain.mpoolPending(TipSetKey.EMPTY).isEmpty());
                chain.advance(2);
            });
            client.ensureEscrow(CLIENT, TokenAmount.ofFil(3));
            clock.join();
        }

        assertThat(chain.included(MarketMethod.ADD_BALANCE)).hasSize(2);
    }

    @Test
    void keepsACar_whenAnotherFileOfThatNameIsPacked() throws Exception {
        var one = client.pack(Files.write(folder.resolve("picture.jpg"), TestDeals.data(31, 700)));
        var before = Files.readAllBytes(one.car());
        client.pack(Files.write(folder.resolve("picture.jpg"), TestDeals.data(32, 800)));

        assertThat(Files.readAllBytes(one.car())).isEqualTo(before);
    }

    @Test
    void offersWhatIsAnnounced_andNeverEveryAddress() throws Exception {
        var everywhere = new InetSocketAddress("0.0.0.0", 0);
        try (var cars =
                new CarServer(everywhere, Optional.of(URI.create("http://cars.example:8080/")), new SecureRandom())) {
            assertThat(cars.offer(folder.resolve("x.car")).toString()).startsWith("http://cars.example:8080/");
        }
        assertThatThrownBy(() -> new CarServer(everywhere, Optional.empty(), new SecureRandom()))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(ClientErrorCode.CLIENT_ADDRESS));
    }

    @Test
    void saysWhenThereIsNoAsk() {
        assertThatThrownBy(() -> client.ask(provider.address(), Address.ofId(1)))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(ClientErrorCode.NO_ASK));
    }

    @Test
    void servesTheCar_inRanges_underItsSecretPathOnly() throws Exception {
        var data = TestDeals.data(1, 100_000);
        var car = Files.write(folder.resolve("x.car"), data);
        try (var cars = new CarServer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        Optional.empty(),
                        new SecureRandom());
                var http = HttpClient.newHttpClient()) {
            var url = cars.offer(car);

            assertThat(get(http, url, "bytes=0-").body()).isEqualTo(data);
            var tail = get(http, url, "bytes=99990-");
            assertThat(tail.statusCode()).isEqualTo(206);
            assertThat(tail.headers().firstValue("Content-Range")).contains("bytes 99990-99999/100000");
            assertThat(tail.body()).isEqualTo(Arrays.copyOfRange(data, 99_990, 100_000));
            assertThat(get(http, url, "bytes=100000-").statusCode()).isEqualTo(416);
            assertThat(get(http, url.resolve("/x.car"), "bytes=0-").statusCode())
                    .isEqualTo(404);
            assertThat(get(http, url.resolve("/"), "bytes=0-").statusCode()).isEqualTo(404);
        }
    }

    private static HttpResponse<byte[]> get(HttpClient http, URI url, String range) throws Exception {
        return http.send(
                HttpRequest.newBuilder(url).header("Range", range).build(), HttpResponse.BodyHandlers.ofByteArray());
    }
}
