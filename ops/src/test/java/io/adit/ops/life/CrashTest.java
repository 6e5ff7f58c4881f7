package io.adit.ops.life;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.actor.Actor;
import io.adit.chain.actor.MarketMethod;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.SubmitWindowedPoStParams;
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
import io.adit.ops.demo.ProvingClock;
import io.adit.sealing.pipeline.SealingStep;
import io.adit.sealing.storage.PathSettings;
import io.adit.sealing.storage.SpaceProbe;
import io.adit.sealing.storage.StoragePaths;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the node at every step boundary of a deal's life, inside the steps that leave work unrecorded, between signing and
 * pushing each kind of message, and the worker inside C2. Each run of the node carries the kill points that are left and dies at
 * the first it reaches ({@code ADIT_KILL_AT}, exit code 137, no shutdown hook); the next run goes on with the others. In the end
 * the deal is sealed, proven and retrievable, the sealed CID never changed, and the chain holds one message of each kind.
 */
@Tag("slow")
class CrashTest {
    private static final int KILLED = 137;
    private static final Duration PATIENCE = Duration.ofMinutes(40);
    private static final String COMMIT_2 = SealingStep.COMMIT_2.kind();

    @TempDir
    private Path folder;

    private final KillPoints points = new KillPoints();
    private final Set<String> sealedCids = new HashSet<>();
    private int kills;
    private boolean workerKilled;

    @Test
    void theDealEndsSealedProvenAndRetrievable_whateverIsKilled() throws Exception {
        try (var household = Town.household(folder)) {
            household.startChain();
            var miner = household.initNode("1000");
            sealHereAndStoreThere(household);
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
                    prove(household, chain, miner, sector);
                    fetch(household, piece, picture);
                    assertThat(messages(chain, miner))
                            .containsEntry("publish", 1)
                            .containsEntry("precommit", 1)
                            .containsEntry("provecommit", 1)
                            .containsEntry("escrow from " + worker(chain, miner), 1)
                            .allSatisfy(
                                    (kind, count) -> assertThat(count).as(kind).isEqualTo(1));
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

    /** Two paths, so that the finished sector has to move and the move can be killed. */
    private void sealHereAndStoreThere(Household household) {
        var sealing = new NodeHome(household.nodeFolder())
                .load(Map.of(), Map.of())
                .storage()
                .paths()
                .getFirst();
        var paths = StoragePaths.open(
                household.nodeFolder().resolve("storage.json"), SpaceProbe.ofSystem(), InstantSource.system());
        paths.init(sealing, PathSettings.create(UUID.randomUUID(), true, false));
        paths.init(folder.resolve("long-term"), PathSettings.create(UUID.randomUUID(), false, true));
    }

    /** Proposes until the client has heard a yes; a kill between the yes on disk and the yes on the wire makes it ask twice. */
    private PackedPiece propose(
            Household household, FullNode chain, DealClient client, Address miner, Address wallet, Path picture)
            throws IOException {
        household.startNode(killing());
        var piece = client.pack(picture);
        var quote = client.quote(client.ask(provider(household), miner), piece, 180 * 2880);
        client.ensureEscrow(wallet, quote.total());
        var start = chain.chainHead().height().plus(20_000);
        // After a kill the provider may have the proposal already, and says the same yes to the same name.
        var deal = client.newDeal();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            try {
                var proposed = client.propose(deal, provider(household), miner, wallet, piece, quote, start);
                assertThat(proposed.response().accepted())
                        .as(proposed.response().message())
                        .isTrue();
                return piece;
            } catch (AditException e) {
                // Killed after the yes was stored, or starting again.
                reviveIfKilled(household);
                pause();
            }
        }
        throw household.node().failed("did not answer a proposal");
    }

    private static Multiaddr provider(Household household) {
        return Multiaddr.parse(
                household.api().get("/api/v1/info").path("libp2p").asText().split(" ", -1)[0]);
    }

    /** A node that lives for two seconds spends most of its time compiling what it will not run again: the first tier is enough. */
    private Map<String, String> killing() {
        return Map.of("ADIT_KILL_AT", points.toVariable(), "JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1");
    }

    private void reviveIfKilled(Household household) throws IOException {
        if (!household.node().isAlive()) {
            takeKill(household);
            household.launchNode(killing());
        }
    }

    /** The node has ended: at a kill point, which is taken off, and for no other reason. */
    private void takeKill(Household household) throws IOException {
        assertThat(household.node().waitFor(Duration.ofSeconds(20)))
                .as("an end that nobody asked for: %s", lastLog())
                .isEqualTo(KILLED);
        var reached = lastKill();
        assertThat(points.reached(reached)).as("killed twice at " + reached).isTrue();
        kills++;
    }

    /** Runs the node again and again until the sector proves and every point but those of the window has killed. */
    private SectorNumber liveAndDie(Household household) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            reviveIfKilled(household);
            var proving = look(household);
            if (proving.isPresent() && points.leftBut(KillPoints.WINDOW).isEmpty()) {
                assertThat(workerKilled).isTrue();
                assertThat(log())
                        .as("what the node says of its killed worker")
                        .anyMatch(line -> line.contains("worker was lost during COMMIT_2"));
                return proving.get();
            }
            pause();
        }
        throw household
                .node()
                .failed("did not end sealing after " + kills + " kills; left: " + points.leftBut(KillPoints.WINDOW));
    }

    private Optional<SectorNumber> look(Household household) {
        try {
            var sector = household.api().get("/api/v1/sectors").path(0);
            if (sector.isMissingNode()) {
                return Optional.empty();
            }
            var number = sector.path("number").asLong();
            var whole = household.api().get("/api/v1/sectors/" + number);
            if (whole.has("sealedCid")) {
                sealedCids.add(whole.path("sealedCid").asText());
                assertThat(sealedCids).as("the sealed CID").hasSize(1);
            }
            killWorkerInsideC2(household, whole);
            var deal = household.api().get("/api/v1/deals").path(0);
            boolean complete = deal.path("checkpoint").asText().equals("Complete");
            return sector.path("state").asText().equals("Proving") && complete
                    ? Optional.of(new SectorNumber(number))
                    : Optional.empty();
        } catch (AditException e) {
            // It is starting, or it has just been killed.
            return Optional.empty();
        }
    }

    /** Once the node itself is no longer killed around C2, its sealing worker is, in the middle of the proof. */
    private void killWorkerInsideC2(Household household, JsonNode sector) {
        var task = sector.path("tasks").path(0);
        boolean runsC2 = task.path("kind").asText().equals(COMMIT_2)
                && task.path("state").asText().equals("RUNNING");
        if (workerKilled || !runsC2 || !points.spares(COMMIT_2)) {
            return;
        }
        pause(1500);
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

    /** The first window, with the node killed between proof and message and between message and memory. */
    private void prove(Household household, FullNode chain, Address miner, SectorNumber sector) throws IOException {
        var location = chain.stateSectorPartition(miner, sector, TipSetKey.EMPTY);
        new ProvingClock(chain, household.control(), miner).turnTo(location.deadline());
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!isProven(chain, miner) || !points.leftBut(List.of()).isEmpty()) {
            reviveIfKilled(household);
            if (System.nanoTime() > end) {
                throw household.node().failed("did not prove its sector; left: " + points.leftBut(List.of()));
            }
            pause();
        }
    }

    private static boolean isProven(FullNode chain, Address miner) {
        return chain.stateMinerPower(miner, TipSetKey.EMPTY)
                        .minerPower()
                        .rawBytePower()
                        .signum()
                > 0;
    }

    private void fetch(Household household, PackedPiece piece, Path picture) {
        var back = folder.resolve("back.jpg");
        until("the picture", () -> {
            try (var retrieval = new RetrievalClient(1 << 20, Duration.ofSeconds(30))) {
                var base = household.api().get("/api/v1/info").path("retrieval").asText();
                retrieval.getFile(piece.root(), URI.create(base), back);
                return true;
            } catch (AditException | IOException e) {
                // It may be starting after the last kill.
                return false;
            }
        });
        assertThat(back).hasSameBinaryContentAs(picture);
    }

    private static Address worker(FullNode chain, Address miner) {
        return chain.stateAccountKey(
                chain.stateMinerInfo(miner, TipSetKey.EMPTY).worker(), TipSetKey.EMPTY);
    }

    private static Map<String, Integer> messages(FullNode chain, Address miner) {
        var counts = new java.util.HashMap<String, Integer>();
        var tipset = chain.chainHead();
        while (tipset.height().value() > 0) {
            for (var message : chain.chainGetParentMessages(tipset.key().cids().getFirst())) {
                var to = message.message().to();
                long method = message.message().method();
                if (to.equals(Actor.MARKET) && method == MarketMethod.ADD_BALANCE.number()) {
                    counts.merge("escrow from " + message.message().from(), 1, Integer::sum);
                } else if (to.equals(Actor.MARKET) && method == MarketMethod.PUBLISH_STORAGE_DEALS.number()) {
                    counts.merge("publish", 1, Integer::sum);
                } else if (to.equals(miner) && method == MinerMethod.PRE_COMMIT_SECTOR_BATCH2.number()) {
                    counts.merge("precommit", 1, Integer::sum);
                } else if (to.equals(miner) && method == MinerMethod.PROVE_COMMIT_SECTORS3.number()) {
                    counts.merge("provecommit", 1, Integer::sum);
                } else if (to.equals(miner) && method == MinerMethod.SUBMIT_WINDOWED_POST.number()) {
                    // A node that dies in a window may come back in the next period, and prove once in each.
                    var params =
                            SubmitWindowedPoStParams.fromCbor(message.message().params());
                    counts.merge("windowpost of " + params.chainCommitEpoch().value(), 1, Integer::sum);
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
                .map(line -> line.replaceAll(".*killed at ([a-z0-9.-]+) as.*", "$1"))
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
