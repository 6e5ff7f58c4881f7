package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.MarketMethod;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.DealRecord;
import io.adit.core.state.SqlStateStore;
import io.adit.market.fetch.CutServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node that is killed at one boundary after the other still carries the deal to its sector, with one message. */
@Timeout(180)
class CrashTest {
    private static final int KILLED = 137;

    @TempDir
    Path folder;

    @Test
    void losesNoAcknowledgedDeal_andPublishesOnce() throws Exception {
        killAtEach("deal.accepted", "message.signed", "deal.handoff.ran");
    }

    @Test
    @Tag("slow")
    void survivesEveryBoundary() throws Exception {
        killAtEach(
                "deal.accepted",
                "deal.fetch.start",
                "deal.fetch.ran",
                "deal.batch.start",
                "deal.batch.ran",
                "deal.publish.start",
                "message.intent",
                "message.signed",
                "message.pushed",
                "deal.publish.ran",
                "deal.publish.wait.start",
                "deal.publish.wait.ran",
                "deal.handoff.start",
                "deal.handoff.ran",
                "deal.index.start",
                "deal.index.ran");
    }

    private void killAtEach(String... points) throws Exception {
        var chain = new FakeMarketChain(TestDeals.MINER, TestDeals.WORKER.address(), TestDeals.NOW);
        chain.escrow(TestDeals.CLIENT.address(), TokenAmount.ofFil(1));
        chain.escrow(TestDeals.MINER, TokenAmount.ofFil(1));
        try (var server = new ChainServer(chain);
                var source = new CutServer(CutServer.cutting(CrashNode.DATA, 400))) {
            var clock = Thread.ofVirtual().start(() -> keepMining(chain));
            for (var point : points) {
                assertThat(run(server, source, point)).as("killed at " + point).isEqualTo(KILLED);
            }
            assertThat(run(server, source, "")).isZero();
            clock.interrupt();
            clock.join();

            assertThat(chain.included(MarketMethod.PUBLISH_STORAGE_DEALS)).hasSize(1);
            assertOneSector();
        }
    }

    /** Slowly, so that the deal's start does not pass while processes start. */
    private static void keepMining(FakeMarketChain chain) {
        while (!Thread.currentThread().isInterrupted()) {
            chain.advance(1);
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
        }
    }

    private void assertOneSector() throws Exception {
        try (var store = SqlStateStore.sqlite(folder.resolve("state.db"))) {
            Optional<DealRecord> deal = store.read(tx -> tx.deals().find(CrashNode.DEAL));
            assertThat(deal.orElseThrow().chainDealId()).hasValue(42);
            Optional<String> times = store.read(tx -> tx.meta().get("test.sector." + CrashNode.DEAL + ".times"));
            assertThat(times).contains("1");
        }
    }

    private int run(ChainServer server, CutServer source, String killAt) throws IOException, InterruptedException {
        var command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                CrashNode.class.getName(),
                folder.toString(),
                server.url(),
                source.url("/a.car"));
        var log = folder.resolve("node.log");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("ADIT_KILL_AT", killAt);
        var process = builder.start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("the node did not come to an end; its log:\n" + Files.readString(log));
        }
        return process.exitValue();
    }
}
