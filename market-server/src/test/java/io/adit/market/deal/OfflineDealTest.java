package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.adit.core.error.AditException;
import io.adit.core.fil.CommP;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import io.adit.core.state.DealCheckpoint;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.deal.wire.Transfer;
import io.adit.market.fetch.CutServer;
import io.adit.market.fetch.TransferShares;
import io.adit.market.policy.ProposalVerdict.Accepted;
import io.adit.market.policy.ProposalVerdict.Rejected;
import io.adit.market.policy.RejectionCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deals whose data the operator brings. */
class OfflineDealTest {
    private static final UUID DEAL = new UUID(11, 12);
    private static final byte[] DATA = TestDeals.data(41, 900);

    @TempDir
    Path folder;

    private DealBench bench;

    @SuppressWarnings("NullAway.Init") // set up before every test
    OfflineDealTest() {}

    @BeforeEach
    void start() throws Exception {
        bench = new DealBench(folder);
        bench.chain.escrow(TestDeals.MINER, TokenAmount.ofFil(1));
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    /** As Boost's client makes it: no transfer, and a size or none. */
    private static DealParams offline(UUID uuid, long size) {
        var online = TestDeals.signed(
                uuid, TestDeals.proposal(CommP.of(DATA)), TestDeals.CLIENT, new Transfer(size, "", new byte[0], ""));
        return new DealParams(uuid, true, online.proposal(), online.dataRoot(), online.transfer(), false, false);
    }

    @Test
    void waitsForItsData_andGoesOn_whenTheOperatorBringsIt() throws Exception {
        bench.run();
        assertThat(bench.pipeline.desk().propose(offline(DEAL, 0))).isEqualTo(new Accepted());
        assertThat(bench.store.<Long>read(tx -> StoredDeals.load(tx).stagedBytes()))
                .isEqualTo(1016);

        var came = bench.pipeline.imports().run(DEAL, Files.write(folder.resolve("disk.car"), DATA));

        assertThat(came.piece()).isEqualTo(CommP.of(DATA));
        assertThat(came.bytes()).isEqualTo(900);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> bench.deal(DEAL).checkpoint().compareTo(DealCheckpoint.Transferred) > 0);
        assertThat(folder.resolve("pieces").resolve(CommP.of(DATA).pieceCidV1() + ".car"))
                .hasBinaryContent(DATA);
        assertThatThrownBy(() -> bench.pipeline.imports().run(DEAL, folder.resolve("disk.car")))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(DealErrorCode.DEAL_NOT_WAITING));
    }

    @Test
    void nothingLands_whenTheFileIsNotTheData() throws Exception {
        assertThat(bench.pipeline.desk().propose(offline(DEAL, 900))).isEqualTo(new Accepted());
        var other = DATA.clone();
        other[899] ^= 1;

        refused(Files.write(folder.resolve("a.car"), other), "the piece CID must be");
        refused(Files.write(folder.resolve("b.car"), Arrays.copyOf(DATA, 1017)), "longer than the 1016 bytes");
        refused(Files.write(folder.resolve("c.car"), new byte[0]), "it is empty");
        refused(folder.resolve("missing.car"), "nothing was kept");

        assertThat(folder.resolve("pieces")).isEmptyDirectory();
        assertThat(bench.deal(DEAL).checkpoint()).isEqualTo(DealCheckpoint.Accepted);
        assertThat(bench.deal(DEAL).error()).isEmpty();
        // Zeros at the end do not change the piece.
        bench.pipeline.imports().run(DEAL, Files.write(folder.resolve("d.car"), Arrays.copyOf(DATA, 1016)));
        assertThat(folder.resolve("pieces")).isNotEmptyDirectory();
    }

    private void refused(Path file, String why) {
        assertThatThrownBy(() -> bench.pipeline.imports().run(DEAL, file))
                .isInstanceOf(AditException.class)
                .hasMessageContaining(why)
                .hasMessageContaining(DEAL.toString());
    }

    /** They wait for data that costs their client nothing to leave out. */
    @Test
    void oneClientsWaitingDeals_leaveRoomForOthers() throws Exception {
        var other = TestKeys.key(SignatureType.SECP256K1, 9);
        var terms = TestDeals.TERMS.withMaxDealsUnderWay(10).withMaxDealsUnderWayPerClient(2);
        var chain = new FakeMarketChain(TestDeals.MINER, TestDeals.WORKER.address(), TestDeals.NOW);
        chain.escrow(other.address(), TokenAmount.ofFil(1));
        try (var limited =
                new DealBench(Files.createDirectory(folder.resolve("limited")), Duration.ZERO, 8, chain, () -> terms)) {
            var desk = limited.pipeline.desk();
            assertThat(desk.propose(offline(new UUID(3, 1), 300, TestDeals.CLIENT)))
                    .isEqualTo(new Accepted());
            assertThat(desk.propose(offline(new UUID(3, 2), 301, TestDeals.CLIENT)))
                    .isEqualTo(new Accepted());

            assertThat(desk.propose(offline(new UUID(3, 3), 302, TestDeals.CLIENT)))
                    .isInstanceOfSatisfying(
                            Rejected.class,
                            rejected -> assertThat(rejected.code()).isEqualTo(RejectionCode.TOO_MANY_DEALS_OF_CLIENT));
            assertThat(desk.propose(offline(new UUID(3, 4), 303, other))).isEqualTo(new Accepted());
            assertThat(limited.deals()).hasSize(3);
        }
    }

    private static DealParams offline(UUID uuid, int length, PrivateKey client) {
        var p = TestDeals.proposal(CommP.of(TestDeals.data(length, length)));
        var proposal = p.withClient(client.address());
        var online = TestDeals.signed(uuid, proposal, client, new Transfer(length, "", new byte[0], ""));
        return new DealParams(uuid, true, online.proposal(), online.dataRoot(), online.transfer(), false, false);
    }

    @Test
    void onlyAnOfflineDealTakesAFile() throws Exception {
        var file = Files.write(folder.resolve("a.car"), DATA);
        bench.pipeline.desk().propose(TestDeals.params(DEAL, DATA, "http://127.0.0.1:1/a.car"));

        refused(file, "fetched from its client");
        assertThatThrownBy(() -> bench.pipeline.imports().run(new UUID(1, 1), file))
                .hasMessageContaining("no such deal");
    }

    @Test
    void leavesNothingOfItsOwn_whenAnotherDealBroughtThePiece() throws Exception {
        assertThat(bench.pipeline.desk().propose(offline(DEAL, 0))).isEqualTo(new Accepted());
        var own = Files.write(folder.resolve("pieces").resolve(DEAL + ".part"), Arrays.copyOf(DATA, 100));
        var others = Files.write(folder.resolve("pieces").resolve(CommP.of(DATA).pieceCidV1() + ".car"), DATA);

        bench.run();

        await().atMost(Duration.ofSeconds(60))
                .until(() -> bench.deal(DEAL).checkpoint().compareTo(DealCheckpoint.Transferred) >= 0);
        assertThat(own).doesNotExist();
        assertThat(others).hasBinaryContent(DATA);
    }

    /** The data is there, and a second's worth of it comes in a second: 900 bytes take longer than is left. */
    @Test
    void dealWhoseDataCannotBeFetchedInTime_failsWithoutATry() throws Exception {
        UnaryOperator<DealSettings> slow = settings -> settings.withTransfers(new TransferShares.Limits(4, 4, 0, 1));
        var chain = new FakeMarketChain(TestDeals.MINER, TestDeals.WORKER.address(), TestDeals.NOW);
        try (var server = new CutServer(CutServer.cutting(DATA, 900));
                var limited = new DealBench(
                        Files.createDirectory(folder.resolve("slow")),
                        Duration.ZERO,
                        8,
                        chain,
                        () -> TestDeals.TERMS,
                        slow)) {
            assertThat(limited.pipeline.desk().propose(TestDeals.params(DEAL, DATA, server.url("/a.car"))))
                    .isEqualTo(new Accepted());
            // It starts at 1100, publishing and sealing take 14 epochs, and 900 bytes 30 at one a second.
            limited.chain.advance(57);

            limited.run();

            await().atMost(Duration.ofSeconds(60))
                    .until(() -> limited.deal(DEAL).error().isPresent());
            assertThat(limited.deal(DEAL).error().orElseThrow())
                    .startsWith("the deal's data cannot come in time")
                    .contains("the 900 bytes that are missing 30 at 1 bytes a second, and it is epoch 1057");
            assertThat(server.requests).isEmpty();
        }
    }

    @Test
    void fails_whenNoDataCameInTime() throws Exception {
        assertThat(bench.pipeline.desk().propose(offline(DEAL, 0))).isEqualTo(new Accepted());
        bench.chain.advance(95);

        bench.run();

        await().atMost(Duration.ofSeconds(30))
                .until(() -> bench.deal(DEAL).error().isPresent());
        assertThat(bench.deal(DEAL).error().orElseThrow()).contains("did not come in time");
    }
}
