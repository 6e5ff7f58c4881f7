package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.adit.core.error.AditException;
import io.adit.core.fil.CommP;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.DealCheckpoint;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.deal.wire.Transfer;
import io.adit.market.policy.ProposalVerdict.Accepted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
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

    @Test
    void onlyAnOfflineDealTakesAFile() throws Exception {
        var file = Files.write(folder.resolve("a.car"), DATA);
        bench.pipeline.desk().propose(TestDeals.params(DEAL, DATA, "http://127.0.0.1:1/a.car"));

        refused(file, "fetched from its client");
        assertThatThrownBy(() -> bench.pipeline.imports().run(new UUID(1, 1), file))
                .hasMessageContaining("no such deal");
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
