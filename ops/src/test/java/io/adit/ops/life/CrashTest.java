package io.adit.ops.life;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.actor.Actor;
import io.adit.chain.actor.MarketMethod;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.rpc.JsonRpcFullNode;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.SectorNumber;
import io.adit.core.keys.SignatureType;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.market.client.DealClient;
import io.adit.market.client.PackedPiece;
import io.adit.market.client.RetrievalClient;
import io.adit.ops.daemon.FullNodes;
import io.adit.ops.daemon.NodeHome;
import io.adit.ops.demo.Household;
import io.adit.ops.demo.MarsPicture;
import io.adit.sealing.pipeline.SealingStep;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the node at every step boundary of a deal's life, and the worker inside C2. Each run of the node carries the kill
 * points that are left and dies at the first it reaches ({@code ADIT_KILL_AT}, exit code 137, no shutdown hook); the next
 * run goes on with the others. In the end the deal is sealed, proven and retrievable, the sealed CID never changed, and the
 * chain holds one message of each kind.
 */
@Tag("slow")
class CrashTest {
    private static final int KILLED = 137;
    private static final Duration PATIENCE = Duration.ofMinutes(20);

    @TempDir
    private Path folder;

    private final Set<String> points = new LinkedHashSet<>();
    private final Set<String> sealedCids = new HashSet<>();
    private boolean workerKilled;

    @Test
    void theDealEndsSealedProvenAndRetrievable_whateverIsKilled() throws Exception {
        for (var kind : List.of("deal.fetch", "deal.publish", "deal.publish.wait", "deal.index", "deal.handoff")) {
            addPoints(kind);
        }
        for (var step : SealingStep.values()) {
            addPoints(step.kind());
        }
        points.addAll(List.of("message.intent", "message.signed", "message.pushed"));
        // The client must hear the yes: before it the deal is not acknowledged.
        points.remove("deal.fetch.start");

        try (var household = Town.household(folder)) {
            household.startChain();
            var miner = household.initNode("1000");
            try (var chain = chain(household)) {
                var keystore = new NodeHome(folder.resolve("client")).keystore(Map.of(), new SecureRandom());
                var wallet = keystore.create(SignatureType.SECP256K1);
                household.control().fund(wallet, "100");
                until("the client's money", () -> !chain.walletBalance(wallet).isZero());
                try (var client = new DealClient(
                        chain, keystore, folder.resolve("client"), new SecureRandom(), InstantSource.system())) {
                    var picture = folder.resolve("mars.jpg");
                    new MarsPicture(4).writeTo(picture, 24);
                    var piece = propose(household, chain, client, miner, wallet, picture);
                    var sector = liveAndDie(household);
                    proveAndFetch(household, chain, miner, sector, piece, picture);
                    assertThat(messages(chain, miner))
                            .containsEntry("publish", 1)
                            .containsEntry("precommit", 1)
                            .containsEntry("provecommit", 1);
                    assertThat(chain.stateMinerFaults(miner, TipSetKey.EMPTY).isEmpty())
                            .isTrue();
                    assertThat(chain.stateSectorGetInfo(miner, sector, TipSetKey.EMPTY)
                                    .orElseThrow()
                                    .sealedCid()
                                    .toString())
                            .isEqualTo(sealedCids.iterator().next());
                }
            }
        }
    }

    private void addPoints(String kind) {
        points.addAll(List.of(kind + ".start", kind + ".ran", kind + ".done"));
    }

    private PackedPiece propose(
            Household household, FullNode chain, DealClient client, Address miner, Address wallet, Path picture) {
        household.startNode(killing());
        var provider = Multiaddr.parse(
                household.api().get("/api/v1/info").path("libp2p").asText().split(" ", -1)[0]);
        var piece = client.pack(picture);
        var quote = client.quote(client.ask(provider, miner), piece, 180 * 2880);
        client.ensureEscrow(wallet, quote.total());
        var start = chain.chainHead().height().plus(20_000);
        var proposed = client.propose(provider, miner, wallet, piece, quote, start);
        assertThat(proposed.response().accepted())
                .as(proposed.response().message())
                .isTrue();
        return piece;
    }

    private Map<String, String> killing() {
        return Map.of("ADIT_KILL_AT", String.join(",", points));
    }

    /** Runs the node again and again until the sector proves; answers the sector. */
    private SectorNumber liveAndDie(Household household) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            if (!household.node().isAlive()) {
                assertThat(household.node().waitFor(Duration.ofSeconds(1)))
                        .as("an end that nobody asked for: %s", lastLog())
                        .isEqualTo(KILLED);
                var reached = lastKill();
                assertThat(points.remove(reached))
                        .as("killed twice at " + reached)
                        .isTrue();
                household.launchNode(killing());
            }
            var proving = look(household);
            if (proving.isPresent()) {
                // A step's end and its successor's start are one boundary; whichever thread is quicker dies there.
                assertThat(points).as("kill points that were never reached").allMatch(point -> point.endsWith(".done"));
                assertThat(workerKilled).isTrue();
                return proving.get();
            }
            pause();
        }
        throw household.node().failed("did not end sealing; left: " + points);
    }

    private Optional<SectorNumber> look(Household household) {
        JsonNode sector;
        try {
            sector = household.api().get("/api/v1/sectors").path(0);
            if (sector.isMissingNode()) {
                return Optional.empty();
            }
            var whole = household
                    .api()
                    .get("/api/v1/sectors/" + sector.path("number").asLong());
            if (whole.has("sealedCid")) {
                sealedCids.add(whole.path("sealedCid").asText());
                assertThat(sealedCids).as("the sealed CID").hasSize(1);
            }
            killWorkerInsideC2(household, whole);
            boolean complete = household
                    .api()
                    .get("/api/v1/deals")
                    .path(0)
                    .path("checkpoint")
                    .asText()
                    .equals("Complete");
            return sector.path("state").asText().equals("Proving") && complete
                    ? Optional.of(new SectorNumber(sector.path("number").asLong()))
                    : Optional.empty();
        } catch (AditException e) {
            // It is starting, or it has just been killed.
            return Optional.empty();
        }
    }

    /** Once the node itself is no longer killed around C2, its sealing worker is, in the middle of the proof. */
    private void killWorkerInsideC2(Household household, JsonNode sector) {
        boolean runsC2 = sector.path("tasks").path(0).path("kind").asText().equals(SealingStep.COMMIT_2.kind())
                && sector.path("tasks").path(0).path("state").asText().equals("RUNNING");
        boolean nodeIsSpared = points.stream().noneMatch(point -> point.equals("sector.commit2.ran"));
        if (workerKilled || !runsC2 || !nodeIsSpared) {
            return;
        }
        pause(3000);
        var busiest = household
                .node()
                .handle()
                .descendants()
                .max((left, right) -> left.info()
                        .totalCpuDuration()
                        .orElse(Duration.ZERO)
                        .compareTo(right.info().totalCpuDuration().orElse(Duration.ZERO)));
        workerKilled = busiest.map(ProcessHandle::destroyForcibly).orElse(false);
    }

    private void proveAndFetch(
            Household household, FullNode chain, Address miner, SectorNumber sector, PackedPiece piece, Path picture)
            throws IOException {
        var location = chain.stateSectorPartition(miner, sector, TipSetKey.EMPTY);
        var now = chain.stateMinerProvingDeadline(miner, TipSetKey.EMPTY);
        long ahead = Math.floorMod(location.deadline() - now.index(), now.wPoStPeriodDeadlines());
        household.control().advanceTo(now.open().plus(ahead * now.wPoStChallengeWindow()));
        until(
                "power",
                () -> chain.stateMinerPower(miner, TipSetKey.EMPTY)
                                .minerPower()
                                .rawBytePower()
                                .signum()
                        > 0);
        var base =
                URI.create(household.api().get("/api/v1/info").path("retrieval").asText());
        var back = folder.resolve("back.jpg");
        try (var retrieval = new RetrievalClient(1 << 20, Duration.ofSeconds(30))) {
            retrieval.getFile(piece.root(), base, back);
        }
        assertThat(back).hasSameBinaryContentAs(picture);
    }

    private static Map<String, Integer> messages(FullNode chain, Address miner) {
        var counts = new java.util.HashMap<String, Integer>();
        var tipset = chain.chainHead();
        while (tipset.height().value() > 0) {
            for (var message : chain.chainGetParentMessages(tipset.key().cids().getFirst())) {
                var to = message.message().to();
                long method = message.message().method();
                if (to.equals(Actor.MARKET) && method == MarketMethod.PUBLISH_STORAGE_DEALS.number()) {
                    counts.merge("publish", 1, Integer::sum);
                } else if (to.equals(miner) && method == MinerMethod.PRE_COMMIT_SECTOR_BATCH2.number()) {
                    counts.merge("precommit", 1, Integer::sum);
                } else if (to.equals(miner) && method == MinerMethod.PROVE_COMMIT_SECTORS3.number()) {
                    counts.merge("provecommit", 1, Integer::sum);
                }
            }
            tipset = chain.chainGetTipSet(
                    new TipSetKey(tipset.blocks().getFirst().parents()));
        }
        return counts;
    }

    private String lastKill() throws IOException {
        return log().filter(line -> line.contains("killed at "))
                .reduce((first, second) -> second)
                .map(line -> line.replaceAll(".*killed at ([a-z0-9.]+) as.*", "$1"))
                .orElseThrow();
    }

    private String lastLog() throws IOException {
        var lines = log().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }

    private java.util.stream.Stream<String> log() throws IOException {
        return Files.readAllLines(folder.resolve("logs").resolve("node.log")).stream();
    }

    private static JsonRpcFullNode chain(Household household) {
        return FullNodes.connect(household.chainApi(), new SecureRandom());
    }

    private static void until(String what, Supplier<Boolean> holds) {
        Awaitility.await(what)
                .atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofMillis(200))
                .until(holds::get);
    }

    private static void pause() {
        pause(100);
    }

    private static void pause(long millis) {
        java.util.concurrent.locks.LockSupport.parkNanos(millis * 1_000_000);
    }
}
