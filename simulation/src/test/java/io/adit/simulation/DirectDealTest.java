package io.adit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PieceActivationManifest;
import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.chain.actor.SectorActivationManifest;
import io.adit.chain.message.OutboxPolicy;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.CommP;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceCid;
import io.adit.core.fil.SectorNumber;
import io.adit.core.keys.Signer;
import io.adit.core.task.CrashPoints;
import io.adit.core.time.SimulatedTimeline;
import io.adit.devnet.chain.Link;
import io.adit.market.mk20.DirectDeals.Standing;
import io.adit.market.mk20.DirectDeals.State;
import io.adit.market.mk20.Mk20Deal;
import io.adit.market.mk20.Refusal;
import io.adit.market.mk20.Ulid;
import io.adit.market.podsi.AggregateLayout;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Direct deals from their proposal to a sector on the devnet's chain: fetched, put together, sealed and activated by
 * ProveCommitSectors3 with the piece in the manifest. Time and proofs are simulated, the actors are the devnet's.
 */
@Timeout(300)
class DirectDealTest {
    private static final Instant GENESIS = Instant.parse("2026-10-19T22:00:00Z");
    private static final Duration BLOCK = World.POLICY.blockTime();
    private static final int MOST_EPOCHS = 400;

    private final SplittableRandom random = new SplittableRandom(20);
    private final SimulatedTimeline timeline = new SimulatedTimeline(GENESIS, random.split());
    private final SimulatedDisks disks = new SimulatedDisks(timeline, 1);
    private final Coverage coverage = new Coverage();

    private static byte[] data(int seed, int length) {
        var data = new byte[length];
        new SplittableRandom(seed).nextBytes(data);
        return data;
    }

    private static Mk20Deal.DataSource served(int number, byte[] data) {
        var url = new Mk20Deal.Url(SimulatedWeb.url(number), Map.of(), 0, false);
        return new Mk20Deal.DataSource(
                PieceCid.of(CommP.of(data), data.length), new Mk20Deal.Raw(), new Mk20Deal.Http(List.of(url)));
    }

    @Test
    void dataThatIsFetched_isActivatedInASector_andItsDealSaysSo() throws Exception {
        var data = data(1, 2000);
        carries(served(1, data), Map.of(1, data));
    }

    @Test
    void anAggregateThatIsMadeHere_isActivatedInASector_andItsDealSaysSo() throws Exception {
        var first = data(2, 1000);
        var second = data(3, 500);
        var parts = List.of(served(1, first), served(2, second));
        var layout = AggregateLayout.of(
                new PaddedSize(2048),
                parts.stream().map(Mk20Deal.DataSource::piece).toList());
        var whole = new Mk20Deal.DataSource(
                PieceCid.of(layout.aggregate(), layout.rawSize()),
                new Mk20Deal.Aggregate(List.of()),
                new Mk20Deal.Aggregated(parts));
        carries(whole, Map.of(1, first, 2, second));
    }

    private void carries(Mk20Deal.DataSource data, Map<Integer, byte[]> files) throws Exception {
        var proofs = new SimulatedProofs(timeline, disks, random.split(), coverage);
        try (var runs = new RunStore();
                var world = World.make(GENESIS, new SimulatedProofs(timeline, disks, random.split(), coverage), 1)) {
            timeline.stepWallClock(BLOCK.multipliedBy(world.devnet().epoch()));
            runs.keepTimeBy(timeline);
            var web = new SimulatedWeb(timeline, random.split(), coverage);
            files.forEach((number, bytes) -> web.serve(number, bytes, false, false));
            var market = new SimulatedMarket(runs.emptyMarket(), world.miner(), web);
            var provider = new SimulatedProvider(
                    timeline,
                    runs.emptied(),
                    new SimulatedProvider.Machine(
                            0, false, Optional.of(runs.emptyStorage()), Optional.of(market), proofs, disks::opened),
                    List.of(world.node()),
                    Signer.of(world.worker()),
                    world.worker().address(),
                    OutboxPolicy.open(),
                    world.miner(),
                    random.split(),
                    Tampering.NONE,
                    coverage);
            provider.start();
            pass(world, 2);
            var begin = world.devnet().ledger().chain().head();
            var deal = deal(world, data);
            var said = new ArrayList<Optional<Refusal>>();
            provider.askDirectly(deals -> said.add(deals.propose(deal)));
            pass(world, 1);
            assertThat(said).containsExactly(Optional.empty());

            var states = new ArrayList<Standing>();
            for (int epoch = 0; epoch < MOST_EPOCHS && !isComplete(states); epoch++) {
                pass(world, 1);
                provider.askDirectly(deals -> deals.find(deal.id()).ifPresent(states::add));
            }

            assertThat(states.getLast().error()).isEmpty();
            assertThat(isComplete(states)).isTrue();
            assertThat(states.stream().map(Standing::state)).contains(State.SEALING);
            var sector = activated(world, begin, data);
            assertThat(world.node().stateSectorGetInfo(world.miner(), sector, TipSetKey.EMPTY))
                    .isPresent();
            provider.kill();
        } finally {
            CrashPoints.unwatch();
        }
    }

    private static boolean isComplete(List<Standing> states) {
        return !states.isEmpty() && states.getLast().state() == State.COMPLETE;
    }

    private void pass(World world, int epochs) {
        for (int epoch = 0; epoch < epochs; epoch++) {
            timeline.runFor(BLOCK.minusSeconds(1));
            world.devnet().advance(1);
            timeline.runFor(Duration.ofSeconds(1));
        }
    }

    private static Mk20Deal deal(World world, Mk20Deal.DataSource data) {
        return new Mk20Deal(
                new Ulid(new UUID(5, 6)),
                World.controlKeys().getFirst().address(),
                data,
                new Mk20Deal.Ddo(world.miner(), OptionalLong.empty(), SimulatedMarket.FREE_EPOCHS, Optional.empty()),
                new Mk20Deal.Retrieval(false, false));
    }

    /** The sector whose manifest has the piece, in the one ProveCommitSectors3 of the story. */
    private static SectorNumber activated(World world, Link begin, Mk20Deal.DataSource data) {
        var found = new ArrayList<SectorActivationManifest>();
        for (var link = world.devnet().ledger().chain().head();
                link != begin;
                link = link.parent().orElseThrow()) {
            for (int i = 0; i < link.messages().size(); i++) {
                var message = link.messages().get(i).message();
                if (message.to().equals(world.miner())
                        && message.method() == MinerMethod.PROVE_COMMIT_SECTORS3.number()) {
                    assertThat(link.receipts().get(i).isSuccess()).isTrue();
                    found.addAll(
                            ProveCommitSectors3Params.fromCbor(message.params()).sectorActivations());
                }
            }
        }
        assertThat(found).hasSize(1);
        assertThat(found.getFirst().pieces())
                .containsExactly(new PieceActivationManifest(
                        data.piece().pieceCidV1(), data.piece().size().bytes(), Optional.empty(), List.of()));
        return found.getFirst().sectorNumber();
    }
}
