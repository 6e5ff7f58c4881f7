package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.adit.core.fil.Address;
import io.adit.core.fil.SectorNumber;
import io.adit.core.state.Bytes;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealProtocol;
import io.adit.market.fetch.CutServer;
import io.adit.market.mk20.Mk20Client;
import io.adit.market.mk20.Mk20Client.Answer;
import io.adit.market.mk20.Mk20Deal;
import io.adit.market.mk20.Mk20Json;
import io.adit.market.mk20.Ulid;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Direct deals over HTTP: real server, store, engine; a scripted chain. */
class DirectDealTest {
    private static final Ulid DEAL = DirectBench.id(1);
    private static final byte[] DATA = TestDeals.data(61, 900);
    private static final Mk20Deal.Format RAW = new Mk20Deal.Raw();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void carriesADealFromItsProposalToItsSector_withoutPublishing(boolean covering) throws Exception {
        try (var direct = new DirectBench(folder, DirectBench.free(), covering);
                var server = new CutServer(CutServer.cutting(DATA, 300))) {
            direct.bench.run();
            var deal =
                    DirectBench.deal(DEAL, DATA, RAW, DirectBench.http("http://127.0.0.1:1/gone", server.url("/data")));

            assertThat(direct.client.propose(deal)).isEqualTo(new Answer(200, "Reason:"));
            awaitCheckpoint(direct, DealCheckpoint.IndexedAndAnnounced);

            var record = direct.record(DEAL);
            assertThat(record.protocol()).isEqualTo(DealProtocol.MK20);
            assertThat(record.publishCid()).isEmpty();
            assertThat(record.sector()).contains(new SectorNumber(7));
            assertThat(DealPipelineTest.piece(direct.bench, DEAL.uuid()).indexed())
                    .isFalse();
            assertThat(direct.client.status(DEAL).body())
                    .contains("\"ddo_v1\":{\"status\":\"sealing\",\"errorMsg\":\"\"}");

            DealPipelineTest.prove(direct.bench, 7);
            awaitCheckpoint(direct, DealCheckpoint.Complete);
            assertThat(direct.client.status(DEAL).body()).contains("\"status\":\"complete\"");
            assertThat(direct.client.propose(deal).status()).isEqualTo(200);
        }
    }

    /** Nothing of such a deal that a client signs goes onto the chain, so a key of Ethereum's will do. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void takesDealsOfEthereumAccounts(boolean covering) throws Exception {
        var key = new EthereumKey(BigInteger.TWO);
        try (var direct = new DirectBench(folder);
                var theirs = new Mk20Client(
                        direct.uri(), key, key.address(), covering, Clock.systemUTC(), new SecureRandom());
                var server = new CutServer(CutServer.cutting(DATA, DATA.length))) {
            direct.bench.run();
            var likeIt = DirectBench.deal(DEAL, DATA, RAW, DirectBench.http(server.url("/data")));
            var deal = new Mk20Deal(likeIt.id(), key.address(), likeIt.data(), likeIt.ddo(), likeIt.retrieval());

            assertThat(direct.client.propose(deal).status()).isEqualTo(400);
            assertThat(theirs.propose(deal)).isEqualTo(new Answer(200, "Reason:"));
            awaitCheckpoint(direct, DealCheckpoint.IndexedAndAnnounced);

            assertThat(direct.record(DEAL).client()).isEqualTo(key.address());
            assertThat(theirs.status(DEAL).body()).contains("sealing");
            assertThat(direct.client.status(DEAL).status()).isEqualTo(401);
        }
    }

    private static void awaitCheckpoint(DirectBench direct, DealCheckpoint checkpoint) {
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            var record = direct.record(DEAL);
            assertThat(record.error()).isEmpty();
            return record.checkpoint() == checkpoint;
        });
    }

    @Test
    void tellsTheClientWhyADealFailed() throws Exception {
        try (var direct = new DirectBench(folder);
                var server = new CutServer(CutServer.cutting(TestDeals.data(62, 900), 900))) {
            direct.bench.run();
            direct.client.propose(DirectBench.deal(DEAL, DATA, RAW, DirectBench.http(server.url("/data"))));

            await().atMost(Duration.ofSeconds(60))
                    .until(() -> direct.client.status(DEAL).body().contains("\"status\":\"failed\""));
            assertThat(direct.client.status(DEAL).body()).contains("DEAL_WRONG_COMMP");
        }
    }

    /** One source is busy once, the other has nothing: what was only busy is asked again. */
    @Test
    void goesOn_whenOneSourceRefusesAndTheOtherWasBusy() throws Exception {
        var busy = new AtomicBoolean(true);
        try (var direct = new DirectBench(folder);
                var first = new CutServer((request, out) -> {
                    if (busy.getAndSet(false)) {
                        CutServer.say(out, "HTTP/1.1 503 X\r\n\r\n");
                    } else {
                        CutServer.cutting(DATA, DATA.length).answer(request, out);
                    }
                });
                var second = new CutServer((request, out) -> CutServer.say(out, "HTTP/1.1 404 X\r\n\r\n"))) {
            direct.bench.run();
            direct.client.propose(
                    DirectBench.deal(DEAL, DATA, RAW, DirectBench.http(first.url("/data"), second.url("/data"))));

            awaitCheckpoint(direct, DealCheckpoint.IndexedAndAnnounced);
            assertThat(second.requests).hasSize(1);
        }
    }

    @Test
    void givesSealingTheNotificationThatTheClientAsksFor() throws Exception {
        var told = new Mk20Deal.Notification(Address.ofId(1234), new Bytes(new byte[] {1, 2, 3}));
        var plain = DirectBench.deal(DEAL, DATA, RAW, new Mk20Deal.Offline());
        var deal = new Mk20Deal(
                DEAL,
                plain.client(),
                plain.data(),
                new Mk20Deal.Ddo(TestDeals.MINER, OptionalLong.empty(), 518_400, Optional.of(told)),
                plain.retrieval());
        try (var direct = new DirectBench(folder)) {
            assertThat(direct.client.propose(deal).status()).isEqualTo(200);

            var record = direct.record(DEAL);
            assertThat(record.offline()).isTrue();
            assertThat(record.start().value())
                    .isEqualTo(TestDeals.NOW + TestDeals.TERMS.startBuffer() + DirectTerms.LEISURE);
            assertThat(DirectTerms.notifications(record)).singleElement().satisfies(one -> {
                assertThat(one.address()).isEqualTo(Address.ofId(1234));
                assertThat(one.payload()).containsExactly(1, 2, 3);
            });
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "identifier":"0000000000016G000000000001" | "identifier":"x" | 400 | MALFORMED_DEAL: identifier must be a ULID
            "duration":518400 | "duration":518399 | 441 | DURATION_OUT_OF_BOUNDS: products.ddo_v1.duration must be at least 518400
            "duration":518400 | "duration":518400,"allocation_id":7 | 425 | VERIFIED_DEALS_ENDED: products.ddo_v1.allocation_id
            "duration":518400 | "duration":518400,"market_address":"0x01" | 400 | MARKET_CONTRACT_NOT_ALLOWED: products.ddo_v1.market
            "duration":518400 | "duration":518400,"notification_payload":"AQ==" | 425 | MALFORMED_DEAL: products.ddo_v1.notification
            "start_epoch":1100 | "start_epoch":1001 | 400 | START_TOO_SOON: products.ddo_v1.start_epoch must be at least 1020
            "duration":518400 | "duration":9223372036854775807 | 425 | MALFORMED_DEAL: products.ddo_v1.duration must be at most 1099511627776
            "start_epoch":1100 | "start_epoch":9223372036854775807 | 425 | MALFORMED_DEAL: products.ddo_v1.start_epoch must be at most 1099511627776
            "start_epoch":1100 | "start_epoch":1099511627776 | 400 | START_TOO_LATE: products.ddo_v1.start_epoch must be at most
            "provider":"t01000" | "provider":"t01001" | 400 | WRONG_PROVIDER: products.ddo_v1.provider
            {"ddo_v1" | {"pdp_v1":{"add_piece":true},"ddo_v1" | 423 | PRODUCT_UNSUPPORTED: products must be ddo_v1
            "indexing":false | "indexing":true | 400 | MALFORMED_DEAL: products.retrieval_v1.indexing must be false for raw
            "announce_piece":false | "announce_piece":true | 425 | MALFORMED_DEAL: products.retrieval_v1
            {"raw":{}} | {} | 400 | MALFORMED_DEAL: data.format must be exactly one of
            {"raw":{}} | {"raw":{},"car":{}} | 400 | MALFORMED_DEAL: data.format must be exactly one of
            {"raw":{}} | {"aggregate":{"type":1}} | 430 | MALFORMED_DATA_SOURCE: data.format.aggregate.sub must be 1 to 1024
            "source_offline":{} | "source_http":{"urls":[]} | 430 | MALFORMED_DATA_SOURCE: data.source_http.urls must be 1 to 10
            "source_offline":{} | "source_http":{"urls":[{"url":"file:///x"}]} | 400 | TRANSFER_ADDRESS: data.source_http.urls
            "source_offline":{} | "source_offline":{},"source_http_put":{} | 400 | MALFORMED_DEAL: data must be with exactly one
            "/":"bafk | "/":"bafy | 400 | BAD_PIECE_CID: data.piece_cid must be a version 2 piece CID
            """)
    void refusesInCuriosStatus_andSaysWhatToChange(String good, String bad, int status, String reason)
            throws Exception {
        var json = new String(
                Mk20Json.write(DirectBench.deal(DEAL, DATA, RAW, new Mk20Deal.Offline())), StandardCharsets.UTF_8);
        assertThat(json).contains(good);
        try (var direct = new DirectBench(folder)) {
            var answer = direct.client.post("/store", json.replace(good, bad).getBytes(StandardCharsets.UTF_8));

            assertThat(answer.body()).startsWith("Reason: " + reason);
            assertThat(answer.status()).isEqualTo(status);
            assertThat(direct.bench.deals()).isEmpty();
        }
    }

    @Test
    void saysThatADealWithoutAPriceIsNotTaken_whereTheOperatorAsksForOne() throws Exception {
        try (var direct = new DirectBench(folder, TestDeals.TERMS, true)) {
            var deal = DirectBench.deal(DEAL, DATA, RAW, new Mk20Deal.Offline());

            assertThat(direct.client.propose(deal))
                    .satisfies(answer -> assertThat(answer.status()).isEqualTo(426))
                    .satisfies(answer ->
                            assertThat(answer.body()).startsWith("Reason: DIRECT_DEAL_UNPRICED: products.ddo_v1"));
            assertThat(direct.client.preflight(deal).status()).isEqualTo(426);
        }
    }

    @Test
    void refusesADeniedClient_andAnotherDealUnderTheSameName() throws Exception {
        var deal = DirectBench.deal(DEAL, DATA, RAW, new Mk20Deal.Offline());
        var denying = DirectBench.free().withDenied(Set.of(TestDeals.CLIENT.address()));
        try (var direct = new DirectBench(folder.resolve("denying"), denying, true)) {
            assertThat(direct.client.propose(deal).status()).isEqualTo(401);
        }
        try (var direct = new DirectBench(folder.resolve("free"))) {
            assertThat(direct.client.propose(deal).status()).isEqualTo(200);
            var other = DirectBench.deal(DEAL, TestDeals.data(63, 900), RAW, new Mk20Deal.Offline());
            assertThat(direct.client.propose(other))
                    .satisfies(answer -> assertThat(answer.status()).isEqualTo(400))
                    .satisfies(answer -> assertThat(answer.body()).contains("UUID_REUSED: identifier"));
            assertThat(direct.client.status(DirectBench.id(2)).status()).isEqualTo(401);
            assertThat(direct.client.status(DEAL).body()).contains("\"status\":\"accepted\"");
        }
    }

    @Test
    void tellsOnlyActorsThatTheOperatorNames_whereItNamesAny() throws Exception {
        var told = Address.ofId(1234);
        var naming = DirectBench.free().withNotificationContracts(Set.of(told));
        try (var direct = new DirectBench(folder, naming, true)) {
            assertThat(direct.client.propose(telling(DEAL, Address.ofId(1235))))
                    .satisfies(answer -> assertThat(answer.status()).isEqualTo(400))
                    .satisfies(answer -> assertThat(answer.body())
                            .startsWith("Reason: NOTIFICATION_NOT_ALLOWED: products.ddo_v1.notification_address"));
            assertThat(direct.client.propose(telling(DEAL, told)).status()).isEqualTo(200);
        }
    }

    private static Mk20Deal telling(Ulid id, Address told) {
        var deal = DirectBench.deal(id, DATA, RAW, new Mk20Deal.Offline());
        var notification = new Mk20Deal.Notification(told, new Bytes(new byte[] {1}));
        var ddo = new Mk20Deal.Ddo(
                deal.ddo().provider(), deal.ddo().start(), deal.ddo().duration(), Optional.of(notification));
        return new Mk20Deal(deal.id(), deal.client(), deal.data(), ddo, deal.retrieval());
    }

    @Test
    void saysWhatIsOffered() throws Exception {
        try (var direct = new DirectBench(folder)) {
            assertThat(direct.client.get("/products").body()).isEqualTo("{\"products\":[\"ddo_v1\",\"retrieval_v1\"]}");
            assertThat(direct.client.get("/sources").body())
                    .isEqualTo("{\"sources\":[\"http\",\"offline\",\"put\",\"aggregate\"]}");
            assertThat(direct.client.get("/contracts").body()).isEqualTo("{\"contracts\":[]}");
            assertThat(direct.client.get("/info").status()).isEqualTo(200);
        }
    }
}
