package io.adit.simulation;

import io.adit.chain.node.ActorState;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.pool.MemberView;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Hashes;
import io.adit.core.keys.PrivateKey;
import io.adit.core.state.StateStore;
import io.adit.core.task.CrashPoints;
import io.adit.core.time.SimulatedTimeline;
import io.adit.devnet.node.Ledger;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/** One seed's run: a world, a provider, a story, and the judgement in the end. */
final class Simulation {
    private static final Instant GENESIS = Instant.parse("2026-10-19T22:00:00Z");
    private static final int SECTORS = 14;
    private static final int STORAGE_PATHS = 4;

    /** Of 100 calls, so many may fail in a prover of which its work is still expected. */
    private static final int MOST_OFTEN_WELL = 30;

    /** The base fee, attoFIL, at which a window proof costs less than it may. */
    private static final BigInteger AFFORDABLE = BigInteger.valueOf(1_000_000_000L);

    private static final TokenAmount DEAREST_MESSAGE = TokenAmount.ofFil(5);

    /** What is left of an epoch when its block is made. */
    private static final Duration UNTIL_SEEN = Duration.ofSeconds(1);

    /** Undisturbed epochs at the end in which what is under way must land. */
    private static final int QUIET_END = 30;

    private final long seed;
    private final Story story;
    private final SimulatedTimeline timeline;
    private final World world;
    private final SimulatedDisks disks;
    private final SimulatedProofs proofs;
    private final Coverage coverage = new Coverage();
    private final Breaches breaches;
    private final List<Invariant> invariants;
    private final Witness witness;
    private final List<UnreliableNode> nodes = new ArrayList<>();
    private final SimulatedKeys keys;
    private final Operator operator;
    private final Provider provider;
    private final Optional<Clients> clients;
    private final WindowsInTime windows;
    private Optional<DealsInTime> deals = Optional.empty();
    private final Tampering tampering;
    private final RunStore runStore;
    private final FairEpochs fair = new FairEpochs();
    private final PathHistory paths = new PathHistory();
    private final List<Ending> endings = new ArrayList<>();
    private final List<Disturbance.FeeStorm> storms = new ArrayList<>();
    private OptionalLong stormSince = OptionalLong.empty();
    private long begin;
    private int reorgNow;
    private int clockIsOff;
    private int downAfterPoint;

    /** A disturbance that ends by itself. */
    private record Ending(long epoch, boolean excuses, Runnable end) {}

    private Simulation(long seed, int epochs, RunStore runStore, Tampering tampering) throws IOException, SQLException {
        var random = new SplittableRandom(seed);
        this.seed = seed;
        this.tampering = tampering;
        this.runStore = runStore;
        this.story = Story.of(seed, epochs, STORAGE_PATHS);
        this.timeline = new SimulatedTimeline(GENESIS, random.split());
        runStore.keepTimeBy(timeline);
        var store = runStore.emptied();
        this.disks = new SimulatedDisks(timeline, STORAGE_PATHS);
        var control = story.controls() ? World.controlKeys() : List.<PrivateKey>of();
        var addresses = control.stream().map(PrivateKey::address).toList();
        this.world =
                World.make(GENESIS, new SimulatedProofs(timeline, disks, random.split(), coverage), SECTORS, addresses);
        this.keys = new SimulatedKeys(world.worker(), control);
        this.operator = new Operator(random.split(), coverage);
        if (story.deals()) {
            Clients.arrive(world);
        }
        if (story.poor()) {
            world.emptyPurse();
        }
        // The making of the world took no time.
        timeline.stepWallClock(
                World.POLICY.blockTime().multipliedBy(world.devnet().epoch()));
        this.proofs = new SimulatedProofs(timeline, disks, random.split(), coverage);
        this.breaches = new Breaches(world.devnet()::epoch);
        this.windows = new WindowsInTime(
                breaches, world, fair, disks, paths, operator::gaveUpProof, this::stormyEpochs, coverage);
        var storage = story.stores() ? Optional.of(runStore.emptyStorage()) : Optional.<Path>empty();
        this.invariants = new ArrayList<>(invariants(store));
        var market = story.deals() ? Optional.of(market(random.split())) : Optional.<Market>empty();
        this.clients = market.map(Market::clients);
        clients.ifPresent(all -> invariants.addAll(dealInvariants(all, store)));
        if (story.several()) {
            invariants.add(new OneMachineWorks(breaches, this::machinesAtWork));
        }
        var miner = new ActorId(world.miner().id().orElseThrow());
        storage.ifPresent(files ->
                invariants.add(new SealedFilesKept(breaches, files.resolve("path"), miner, world.devnet()::epoch)));
        this.witness = new Witness(keys.addresses(), world.devnet().ledger().chain()::head, invariants, coverage);
        var wires = new ArrayList<FullNode>();
        for (int i = 0; i < story.nodes(); i++) {
            var node = UnreliableNode.of(world.node(), timeline, random.split(), witness::pushed);
            nodes.add(node);
            wires.add(node.client());
        }
        var machines = new ArrayList<SimulatedProvider>();
        for (int number = 0; number < story.machines(); number++) {
            machines.add(new SimulatedProvider(
                    timeline,
                    store,
                    new SimulatedProvider.Machine(
                            number, story.several(), storage, market.map(Market::room), proofs, disks::opened),
                    wires,
                    keys,
                    world.worker().address(),
                    FeePolicy.of(world.miner(), addresses),
                    world.miner(),
                    random.split(),
                    tampering,
                    coverage));
        }
        this.provider = new Provider(machines, timeline);
        story.kinds().forEach(coverage::saw);
        timeline.afterEveryTurn(() -> invariants.forEach(Invariant::turnTaken));
    }

    private List<Invariant> invariants(StateStore store) {
        var days = new WithinDay(breaches, store, timeline, FeePolicy.binding());
        return List.of(
                new Invariants.OneWishPerNonce(breaches),
                new Invariants.StoredBeforePushed(breaches, store),
                new Invariants.NothingForgotten(breaches, store),
                new Invariants.VerifiedBeforePushed(breaches, proofs::wasVerifiedHere),
                new Invariants.WithinFeeLimit(breaches, store, DEAREST_MESSAGE),
                new Invariants.OneExecutionPerWish(breaches, store),
                new Invariants.SealedOnce(breaches, coverage),
                new Invariants.NoDebt(breaches, this::balances),
                new Invariants.FewStrands(breaches, timeline::living),
                new Invariants.NothingStuck(
                        breaches, this::endedQuietly, world.devnet()::epoch, this::nextNonceOnChain),
                days,
                new FencedLiars(breaches, nodes, this::viewOfNodes, () -> clockIsOff == 0, coverage),
                new SectorsInTime(
                        breaches, store, fair, world.devnet()::epoch, () -> FeePolicy.isSpent(days), coverage),
                new SoundSectorsKept(breaches, disks, windows.mended(), world.devnet()::epoch),
                windows);
    }

    /** The node's side of the market and the other one. */
    private record Market(SimulatedMarket room, Clients clients) {}

    private Market market(SplittableRandom random) throws IOException {
        var folder = runStore.emptyMarket();
        var web = new SimulatedWeb(timeline, random.split(), coverage);
        return new Market(
                new SimulatedMarket(folder, world.miner(), web),
                new Clients(world, web, folder.resolve("shelf"), random, coverage, breaches));
    }

    private List<Invariant> dealInvariants(Clients all, StateStore store) {
        long solvent = story.poor() ? world.devnet().epoch() + Story.PAYDAY + 2 : 0;
        var inTime = new DealsInTime(breaches, store, world, all::deals, fair, operator::gaveUpAny, solvent, coverage);
        deals = Optional.of(inTime);
        return List.of(
                new DealsKept(breaches, store, all::deals, world.devnet()::epoch),
                new DealsPublishedOnce(breaches, coverage),
                new EscrowBacksDeals(breaches, world, all::deals),
                inTime);
    }

    private int machinesAtWork() {
        return provider.atWork();
    }

    private List<MemberView> viewOfNodes() {
        return provider.viewOfNodes();
    }

    private boolean endedQuietly() {
        long end = world.devnet().epoch();
        return fair.longestRun(end - QUIET_END, end) == QUIET_END;
    }

    private long nextNonceOnChain(Address sender) {
        var state = world.devnet().ledger().chain().head().after();
        return state.find(state.resolve(sender).orElseThrow()).orElseThrow().nonce();
    }

    private Map<String, TokenAmount> balances() {
        var balances = new HashMap<String, TokenAmount>();
        keys.addresses().forEach(address -> balances.put("address " + address, balance(address)));
        balances.put("miner", balance(world.miner()));
        balances.put(
                "miner, beyond what is locked,",
                world.node().stateMinerAvailableBalance(world.miner(), TipSetKey.EMPTY));
        return balances;
    }

    private TokenAmount balance(Address of) {
        return world.node()
                .stateGetActor(of, TipSetKey.EMPTY)
                .map(ActorState::balance)
                .orElse(TokenAmount.ZERO);
    }

    /**
     * Plays a seed.
     *
     * @param store of this run alone while it lasts
     */
    static Outcome play(long seed, int epochs, RunStore store) throws IOException, SQLException {
        return play(seed, epochs, store, Tampering.NONE);
    }

    /** As {@link #play(long, int, RunStore)}, with parts of the node replaced by broken ones. */
    static Outcome play(long seed, int epochs, RunStore store, Tampering tampering) throws IOException, SQLException {
        try {
            var simulation = new Simulation(seed, epochs, store, tampering);
            try (simulation.world) {
                return simulation.play();
            }
        } catch (RuntimeException e) {
            return Outcome.broken(seed, epochs, e);
        } finally {
            CrashPoints.unwatch();
        }
    }

    private Outcome play() throws SQLException {
        begin = world.devnet().epoch();
        start();
        for (int at = 0; at < story.epochs(); at++) {
            endWhatIsOver();
            reorgNow = 0;
            story.events().get(at).forEach(this::apply);
            clients.ifPresent(all -> all.act(provider));
            nextBlock();
        }
        provider.killAll();
        invariants.forEach(Invariant::over);
        return judge();
    }

    private void start() {
        if (!provider.isWhole()) {
            try {
                tampering.database(runStore.connection());
            } catch (SQLException e) {
                throw new IllegalStateException("tampering with the database", e);
            }
            invariants.forEach(Invariant::starting);
            provider.start();
        }
    }

    private void endWhatIsOver() {
        long now = world.devnet().epoch();
        for (var ending : List.copyOf(endings)) {
            if (ending.epoch() <= now) {
                endings.remove(ending);
                ending.end().run();
            }
        }
    }

    private void until(int epochs, boolean excuses, Runnable end) {
        endings.add(new Ending(world.devnet().epoch() + epochs, excuses, end));
    }

    private void apply(Disturbance disturbance) {
        Ledger chain = world.devnet().ledger();
        switch (disturbance) {
            case Disturbance.NullRounds nulls -> {
                coverage.saw("null rounds");
                chain.skip(nulls.rounds());
                timeline.runFor(World.POLICY.blockTime().multipliedBy(nulls.rounds()));
            }
            case Disturbance.Reorg reorg -> reorgNow = reorg.depth();
            case Disturbance.FeeStorm storm -> {
                boolean within = storm.baseFee().compareTo(AFFORDABLE) <= 0;
                coverage.saw(within ? "base fee high" : "base fee beyond every limit");
                storms.add(storm);
                blow();
                // Proving a sector of many deals takes three times the gas of an empty one, and has the same limit.
                until(storm.epochs(), !within || story.deals(), () -> {
                    storms.remove(storm);
                    blow();
                });
            }
            case Disturbance.FullBlocks full -> {
                coverage.saw("blocks full");
                chain.askPremium(full.premium());
                until(full.epochs(), false, () -> chain.askPremium(BigInteger.ZERO));
            }
            case Disturbance.OperatorActs act ->
                provider.atTheDesk(act.cancels() ? operator::cancel : operator::replace);
            case Disturbance.LostMessages lost -> {
                coverage.saw("messages lost by the network");
                chain.dropNext(lost.count());
            }
            case Disturbance.LateMessages late -> {
                coverage.saw("messages late in the network");
                chain.delayNext(late.count(), late.epochs());
            }
            case Disturbance.NodeTrouble trouble -> {
                var node = nodes.get(trouble.node() % nodes.size());
                coverage.saw("full node " + trouble.mood());
                node.become(trouble.mood());
                until(trouble.epochs(), false, () -> node.become(UnreliableNode.Mood.WELL));
            }
            case Disturbance.StaleHead stale -> {
                coverage.saw("all full nodes stale");
                chain.lieAboutHead(stale.lag());
                until(stale.epochs(), true, () -> chain.lieAboutHead(0));
            }
            case Disturbance.DiskTrouble trouble -> {
                coverage.saw("disk " + trouble.health());
                disks.become(trouble.path(), trouble.health());
                paths.fails(trouble.path(), world.devnet().epoch());
                until(trouble.epochs(), false, () -> {
                    disks.become(trouble.path(), SimulatedDisks.Health.GOOD);
                    paths.isWell(trouble.path(), world.devnet().epoch());
                });
            }
            case Disturbance.ProverTrouble trouble -> {
                coverage.saw("prover unwell");
                proofs.worker(trouble.dyingPercent() / 100.0, trouble.wrongPercent() / 100.0, Duration.ofSeconds(40));
                boolean excuses = trouble.dyingPercent() + trouble.wrongPercent() > MOST_OFTEN_WELL;
                until(trouble.epochs(), excuses, () -> proofs.worker(0, 0, Duration.ofSeconds(40)));
            }
            case Disturbance.Crash crash -> {
                if (provider.isKillable()) {
                    coverage.saw("killed anywhere");
                    provider.kill();
                    startAgain(crash.downFor());
                }
            }
            case Disturbance.CrashAtPoint crash -> {
                provider.dieAfter(crash.after());
                downAfterPoint = crash.downFor();
            }
            case Disturbance.ClockStep step -> {
                coverage.saw("clock stepped");
                timeline.stepWallClock(Duration.ofSeconds(step.seconds()));
                clockIsOff++;
                until(step.epochs(), false, () -> {
                    timeline.stepWallClock(Duration.ofSeconds(-step.seconds()));
                    clockIsOff--;
                });
            }
            case Disturbance.Pledge pledge -> provider.pledge();
            case Disturbance.DealWanted wanted -> clients.orElseThrow().want(wanted.wish());
            case Disturbance.StandStill still -> {
                coverage.saw("a machine stood still");
                until(still.epochs(), true, provider.standStill());
            }
            case Disturbance.Payday payday -> world.fillPurse();
        }
    }

    /** The highest fee of those that blow holds. */
    private void blow() {
        var fee = storms.stream().map(Disturbance.FeeStorm::baseFee).max(Comparator.naturalOrder());
        world.devnet().ledger().fixBaseFee(fee);
        if (fee.isEmpty()) {
            stormSince = OptionalLong.empty();
        } else if (stormSince.isEmpty()) {
            stormSince = OptionalLong.of(world.devnet().epoch());
        }
    }

    private long stormyEpochs() {
        return stormSince.isEmpty() ? 0 : world.devnet().epoch() - stormSince.getAsLong();
    }

    private void startAgain(int downFor) {
        if (downFor == 0) {
            start();
        } else {
            until(downFor, true, this::start);
        }
    }

    /** A longer fork in the place of the next block. */
    private boolean reorg() {
        var chain = world.devnet().ledger().chain();
        long head = chain.head().height();
        var base = chain.head();
        int depth = 0;
        // A fork deeper than the story would take back the making of the world.
        while (depth < reorgNow && base.height() > begin) {
            base = base.parent().orElseThrow();
            depth++;
        }
        if (depth == 0) {
            return false;
        }
        try {
            world.devnet().reorg(depth);
        } catch (IllegalArgumentException tooDeep) {
            coverage.saw("reorg that the devnet could not make");
            return false;
        }
        coverage.saw("reorg of "
                + (depth == 1 ? "1" : depth <= 20 ? "2 to 20" : depth <= 120 ? "21 to 120" : "more than 120"));
        fair.takeBack(base.height(), head + 1);
        // A fork without the null rounds of what it replaces is not ahead of the clock: they come at its end.
        world.devnet().ledger().skip(head + 1 - chain.head().height());
        return true;
    }

    private void nextBlock() {
        boolean quiet = reorgNow == 0
                && endings.stream().noneMatch(Ending::excuses)
                && provider.isRunning()
                && nodesCanBeTrusted();
        pass(World.POLICY.blockTime().minus(UNTIL_SEEN));
        long before = world.devnet().epoch();
        if (!reorg()) {
            world.devnet().advance(1);
        }
        witness.look();
        for (long epoch = before + 1; epoch <= world.devnet().epoch(); epoch++) {
            fair.pass(epoch, quiet && world.devnet().epoch() == before + 1);
        }
        pass(UNTIL_SEEN);
    }

    /** One says how it is, and more do than say what is not so. */
    private boolean nodesCanBeTrusted() {
        long well = nodes.stream()
                .filter(node -> node.mood() == UnreliableNode.Mood.WELL)
                .count();
        return well > nodes.stream().filter(node -> node.mood().lies()).count();
    }

    private void pass(Duration time) {
        timeline.runFor(time);
        provider.diedAt().ifPresent(point -> {
            coverage.saw("killed at " + point);
            startAgain(downAfterPoint);
        });
    }

    private Outcome judge() {
        return new Outcome(
                seed,
                story.epochs(),
                windows.due(),
                windows.met(),
                windows.excused(),
                windows.excusedMet(),
                witness.sent(),
                witness.replaced(),
                deals.map(DealsInTime::counts).orElse(DealCounts.NONE),
                breaches.words(),
                coverage.counts(),
                digest());
    }

    private String digest() {
        var course = world.node().chainHead().key() + " " + witness.course() + " " + timeline.trace();
        return HexFormat.of().formatHex(Hashes.sha256(course.getBytes(StandardCharsets.UTF_8)), 0, 8);
    }
}
