package io.adit.ops.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.MinerMethod;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.devnet.Devnet;
import io.adit.devnet.chain.ChainSettings;
import io.adit.devnet.policy.ChainPolicy;
import io.adit.ops.cli.NodeApi;
import io.adit.ops.daemon.LocalChain;
import io.adit.ops.daemon.Node;
import io.adit.ops.daemon.NodeHome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node proves its windows, with real proofs, as early as ever while strangers propose deals to it without a pause. */
@Timeout(900)
class ProvingUnderFloodTest {
    /** Windows of two minutes. The proof can be begun two seconds before its window opens, so that what it takes shows. */
    private static final ChainPolicy POLICY =
            new ChainPolicy("flood", 4, 120, 2, 10, 10, 2048, 20, Duration.ofSeconds(1));

    private static final Map<String, String> SETTINGS = settings();
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration LOOK = Duration.ofMillis(100);

    @TempDir
    Path folder;

    @Test
    void meetsAWindow_underProposalsOfFortyClients() throws Exception {
        prove(1, 1, 40);
    }

    @Test
    @Tag("slow")
    void meetsEveryWindow_underProposalsOfTwoHundredClients() throws Exception {
        prove(3, 3, 200);
    }

    private static Map<String, String> settings() {
        var settings = new HashMap<>(ProposalFlood.SETTINGS);
        settings.put("proofs.params-dir", Town.parameters().toString());
        settings.put("mining.enabled", "false");
        settings.put("log.level", "warn");
        return settings;
    }

    /** Proves so many windows in quiet and then as many under the flood. */
    private void prove(int quiet, int flooded, int clients) throws Exception {
        var home = new NodeHome(folder.resolve("node"));
        var settings =
                new ChainSettings(POLICY, SectorSize.KIB_2, 29, Instant.ofEpochSecond(1_800_000_000), new byte[32]);
        try (var devnet = Devnet.inMemory(settings, GivenSector.judge());
                var server =
                        devnet.serve(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), new SecureRandom())) {
            var miner = settle(home, devnet, server.apiInfo());
            var keys = ProposalFlood.keys(clients);
            keys.forEach(key -> devnet.ledger().fund(key.address(), TokenAmount.ofFil(1)));
            devnet.start();
            var alarms = new ConcurrentLinkedQueue<String>();
            try (var node = Node.start(home, Map.of(), Map.of());
                    var watch = Executors.newSingleThreadScheduledExecutor()) {
                assertThat(node).isNotNull();
                Awaitility.await().atMost(PATIENCE).until(() -> !provider(home).isEmpty());
                var watching = watch.scheduleWithFixedDelay(
                        () -> watch(home, alarms), 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
                var windows = Windows.of(devnet, miner);
                var before = windows.prove(quiet);
                try (var flood = new ProposalFlood(folder, devnet.node(), miner, provider(home), keys)) {
                    Awaitility.await().atMost(PATIENCE).until(() -> flood.answered() >= clients);
                    var during = windows.prove(flooded);
                    assertThat(flood.isAlive()).isTrue();
                    System.out.printf(
                            "epochs left of %d when the proof was on the chain: in quiet %s, under %d clients %s%n%s%n",
                            POLICY.challengeWindow(), before, clients, during, flood.stop());
                }
                watching.cancel(false);
                assertThat(alarms).isEmpty();
                judge(devnet, home, miner);
            }
        }
    }

    private static String provider(NodeHome home) {
        var addresses = NodeApi.of(home.directory()).get("/api/v1/info").path("libp2p");
        return addresses.asText().split(" ", -1)[0];
    }

    /** Makes the node's home, and its miner with a sector; the chain's clock does not run by itself yet. */
    private static Address settle(NodeHome home, Devnet devnet, String api) throws IOException {
        try (var clock = Executors.newSingleThreadScheduledExecutor()) {
            var flying = clock.scheduleWithFixedDelay(() -> devnet.advance(1), 0, 20, TimeUnit.MILLISECONDS);
            var made = LocalChain.init(home, devnet, api, Optional.empty(), SETTINGS);
            flying.cancel(false);
            GivenSector.store(home, made.miner());
            var worker = home.keystore(Map.of(), new SecureRandom()).export(made.worker());
            GivenSector.commit(devnet, made.miner(), worker);
            return made.miner();
        }
    }

    /**
     * What sounds, and that nothing answers: both are alarms here. But the chain runs in this process, on the cores that the clients
     * take: that it takes its time with an answer is not the node's doing.
     */
    private static void watch(NodeHome home, Queue<String> alarms) {
        try {
            for (var alarm : NodeApi.of(home.directory()).get("/health").path("alarms")) {
                if (!alarm.path("name").asText().equals("full-nodes")) {
                    alarms.add(alarm.toString());
                }
            }
        } catch (AditException e) {
            alarms.add("no answer: " + e.getMessage());
        }
    }

    private static void judge(Devnet devnet, NodeHome home, Address miner) {
        var chain = devnet.node();
        assertThat(chain.stateMinerFaults(miner, TipSetKey.EMPTY).isEmpty()).isTrue();
        assertThat(chain.stateMinerPower(miner, TipSetKey.EMPTY).minerPower().rawBytePower())
                .isEqualTo(SectorSize.KIB_2.bytes());
        assertThat(NodeApi.of(home.directory()).metrics().lines())
                .anyMatch(line -> line.startsWith("adit_post_proofs_accepted_bad") && line.endsWith(" 0.0"));
    }

    /** The windows of the sector's deadline, one after the other. */
    private record Windows(Devnet devnet, Address miner, long deadline) {
        static Windows of(Devnet devnet, Address miner) {
            var at = devnet.node().stateSectorPartition(miner, GivenSector.number(), TipSetKey.EMPTY);
            return new Windows(devnet, miner, at.deadline());
        }

        /** Waits for the proofs of so many windows, skipping the time between; answers how many epochs were left at each. */
        List<Long> prove(int count) {
            var left = new ArrayList<Long>();
            for (int window = 0; window < count; window++) {
                long open = nextOpen();
                long close = open + POLICY.challengeWindow();
                devnet.advanceTo(open - POLICY.challengeLookback() - 1);
                Awaitility.await("the proof of the window at " + open)
                        .atMost(PATIENCE)
                        .pollInterval(LOOK)
                        .failFast("the window closed without a proof", () -> devnet.epoch() >= close)
                        .until(() -> provenAt(open).isPresent());
                left.add(close - provenAt(open).getAsLong());
                devnet.advanceTo(close + 1);
            }
            return left;
        }

        private long nextOpen() {
            var now = devnet.node().stateMinerProvingDeadline(miner, TipSetKey.EMPTY);
            long open = now.periodStart().value() + deadline * POLICY.challengeWindow();
            while (open <= devnet.epoch()) {
                open += POLICY.provingPeriod();
            }
            return open;
        }

        /** The epoch of the block that brought a proof which the actor took, of a window that has opened then. */
        private OptionalLong provenAt(long open) {
            var chain = devnet.node();
            var child = chain.chainHead();
            while (child.height().value() > open) {
                var block = child.blocks().getFirst().cid();
                var parent = chain.chainGetTipSet(child.parents());
                var messages = chain.chainGetParentMessages(block);
                for (int i = 0; i < messages.size(); i++) {
                    var message = messages.get(i).message();
                    if (message.to().equals(miner)
                            && message.method() == MinerMethod.SUBMIT_WINDOWED_POST.number()
                            && chain.chainGetParentReceipts(block).get(i).exitCode() == 0) {
                        return OptionalLong.of(parent.height().value());
                    }
                }
                child = parent;
            }
            return OptionalLong.empty();
        }
    }
}
