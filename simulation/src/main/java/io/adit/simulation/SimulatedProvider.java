package io.adit.simulation;

import io.adit.chain.head.Delivery;
import io.adit.chain.head.HeadFollower;
import io.adit.chain.head.HeadOptions;
import io.adit.chain.message.MessageControl;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.message.OutboxPolicy;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.pool.MemberView;
import io.adit.chain.node.pool.NodePool;
import io.adit.chain.node.pool.PoolMember;
import io.adit.chain.node.pool.PoolOptions;
import io.adit.core.error.AditException;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.SectorSize;
import io.adit.core.keys.Signer;
import io.adit.core.state.LeaseHolder;
import io.adit.core.state.NodeLease;
import io.adit.core.state.StateStore;
import io.adit.core.task.EngineSettings;
import io.adit.core.task.Resources;
import io.adit.core.task.TaskEngine;
import io.adit.core.time.SimulatedTimeline;
import io.adit.core.time.Strand;
import io.adit.market.deal.DealPipeline;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.mk20.DirectDeals;
import io.adit.market.policy.ProposalVerdict;
import io.adit.proofs.Proofs;
import io.adit.sealing.pipeline.BatchSettings;
import io.adit.sealing.pipeline.SealingPipeline;
import io.adit.sealing.pipeline.SealingSettings;
import io.adit.sealing.proving.ProvableSectors;
import io.adit.sealing.proving.ProvingSettings;
import io.adit.sealing.proving.WindowPoStScheduler;
import io.adit.sealing.storage.SpaceProbe;
import io.adit.sealing.storage.StoragePaths;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The node under test: its rooms, wired as the daemon wires them, and what survives a crash. */
final class SimulatedProvider {
    /** Looks at the table more seldom than by default; commits and signals wake the engine all the same. */
    private static final EngineSettings RHYTHM =
            new EngineSettings(Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(10));

    /** A sector of two KiB is sealed in minutes, so what is about to be ready is so in minutes. */
    private static final BatchSettings TOGETHER =
            new BatchSettings(Duration.ofMinutes(2), 64, Duration.ofMinutes(2), 24, 10);

    private static final Duration FOR_OTHER_DEALS = Duration.ofMinutes(3);

    /** Epochs before a deal's start, after which its sector waits for no other. */
    private static final long START_IS_NEAR = 80;

    /** The node's own. */
    private static final Duration LEASE = Duration.ofMinutes(2);

    private static final Resources MACHINE = new Resources(4, 16L << 30, 2, 0);

    /**
     * What a node runs on.
     *
     * @param number which it is, and the number of its processes in simulated time
     * @param shared whether others run for the same miner on the same database, so that a lease says which of them does
     * @param storage where sealing keeps its files; without it nothing is sealed
     * @param disks what each of its processes reads for window proofs
     * @param market where deals are made, which need storage
     */
    record Machine(
            int number,
            boolean shared,
            Optional<Path> storage,
            Optional<SimulatedMarket> market,
            Proofs proofs,
            Supplier<ProvableSectors> disks) {
        /** One that seals nothing. */
        static Machine proving(Proofs proofs, Supplier<ProvableSectors> disks) {
            return new Machine(0, false, Optional.empty(), Optional.empty(), proofs, disks);
        }
    }

    private final SimulatedTimeline timeline;
    private final StateStore disk;
    private final Machine machine;
    private final List<FullNode> nodes;
    private final Signer keys;
    private final Address worker;
    private final OutboxPolicy policy;
    private final ActorId miner;
    private final RandomGenerator random;
    private final boolean together;
    private final Tampering tampering;
    private final Coverage coverage;
    private boolean isActive;
    private boolean isTakingDeals;
    private int processes;
    private int pledges;
    private @Nullable ProcessStore process;
    private @Nullable SealingPipeline pipeline;
    private Optional<NodePool> pool = Optional.empty();
    private Optional<MessageControl> control = Optional.empty();
    private Optional<SimulatedMarket.Open> market = Optional.empty();
    private OptionalInt pointsLeft = OptionalInt.empty();
    private Optional<String> diedAt = Optional.empty();

    /**
     * A provider that does not run yet.
     *
     * @param nodes its full nodes, asked through a pool where there are several
     */
    SimulatedProvider(
            SimulatedTimeline timeline,
            StateStore disk,
            Machine machine,
            List<FullNode> nodes,
            Signer keys,
            Address worker,
            OutboxPolicy policy,
            Address miner,
            RandomGenerator random,
            Tampering tampering,
            Coverage coverage) {
        this.timeline = timeline;
        this.disk = disk;
        this.machine = machine;
        this.nodes = List.copyOf(nodes);
        this.keys = keys;
        this.worker = worker;
        this.policy = policy;
        this.miner = new ActorId(miner.id().orElseThrow());
        this.random = random;
        this.together = random.nextBoolean();
        this.tampering = tampering;
        this.coverage = coverage;
    }

    /** Whether a process of it lives: one that has the miner's lease, or waits for it. */
    boolean isRunning() {
        return process != null;
    }

    /** Whether it is the one that works for the miner, as far as it knows. */
    boolean isActive() {
        return isActive;
    }

    /** What it thinks of its full nodes, in their order; empty while it does not run, and with one node only. */
    List<MemberView> viewOfNodes() {
        return pool.map(NodePool::members).orElse(List.of());
    }

    /** Starts the rooms in the daemon's order. */
    void start() {
        var opened = new ProcessStore(
                disk, machine.shared() ? machine.number() + "-" + ++processes : "" + ++processes, !machine.shared());
        process = opened;
        timeline.startAs(machine.number());
        timeline.start(Strand.Kind.VIRTUAL, "node", () -> run(tampering.store(opened)));
        timeline.startAs(0);
    }

    /** Waits for the miner's lease, as a node does that is started again and again while another has it. */
    private void takeLease(StateStore store) {
        var holder = new LeaseHolder("machine " + machine.number(), "lock " + machine.number());
        while (true) {
            try {
                var lease = NodeLease.take(store, miner.toString(), holder, timeline, LEASE);
                lease.keep(this::leaseLost);
                coverage.saw("the lease of a miner taken");
                return;
            } catch (AditException heldByAnother) {
                pause();
            }
        }
    }

    /** The process ends itself, with all that it was doing. */
    private void leaseLost() {
        diedAt = Optional.of("the loss of its lease");
        buried();
        timeline.dieHere();
    }

    private void run(StateStore store) {
        if (machine.shared()) {
            takeLease(store);
        }
        isActive = true;
        var meters = new SimpleMeterRegistry();
        var chain = tampering.node(chain(meters));
        var checked = tampering.proofs(machine.proofs());
        var outbox = new MessageOutbox(store, chain, keys, policy, timeline);
        control = Optional.of(outbox.control());
        var proving = new WindowPoStScheduler(
                ProvingSettings.defaults(miner, worker, SectorSize.KIB_2)
                        .withPartitionsPerMessage(partitionsPerMessage()),
                store,
                chain,
                checked,
                tampering.disks(machine.disks().get()),
                outbox,
                meters,
                timeline);
        var head = new HeadFollower(chain, HeadOptions.defaults(), timeline);
        if (tampering.scheduling()) {
            head.listen(Delivery.COALESCED, update -> proving.onHead(update.head()));
        }
        head.listen(Delivery.COALESCED, update -> outbox.settle());
        var sealing = machine.storage().map(files -> {
            var paths = StoragePaths.open(files.resolve("storage.json"), SpaceProbe.ofSystem(), timeline);
            return new SealingPipeline(
                    SealingSettings.defaults(miner, worker, SectorSize.KIB_2)
                            .withBatches(TOGETHER)
                            .withWaitDealsDelay(FOR_OTHER_DEALS)
                            .withDealStartSlack(START_IS_NEAR),
                    store,
                    chain,
                    checked,
                    paths,
                    outbox,
                    timeline,
                    meters);
        });
        var engine = sealing.map(rooms -> {
            var runs = new TaskEngine(store, timeline, MACHINE, rooms.handlers(), meters, RHYTHM, random);
            head.listen(Delivery.COALESCED, update -> rooms.onHead(runs::signal));
            machine.market().ifPresent(rules -> {
                var opened = rules.open(machine.number(), store, chain, keys, outbox, rooms.intake(), timeline);
                market = Optional.of(opened);
                runs.add(opened.deals().handlers());
                head.listen(Delivery.COALESCED, update -> opened.deals().onHead(runs::signal));
            });
            return runs;
        });
        head.start();
        proving.start();
        outbox.resumeAll();
        sealing.ifPresent(rooms -> startSealing(rooms, engine.orElseThrow()));
    }

    /** In half of the histories partitions are proven together, and every restart finds another wish in that. */
    private int partitionsPerMessage() {
        return together ? 3 - (processes - 1) % 3 : 1;
    }

    private FullNode chain(SimpleMeterRegistry meters) {
        if (nodes.size() == 1) {
            return nodes.getFirst();
        }
        var members = new ArrayList<PoolMember>();
        for (var node : nodes) {
            members.add(new PoolMember("node-" + members.size(), node));
        }
        // Looked at more seldom than by default, for the simulation's sake: five times as many turns would be probes.
        var options = PoolOptions.defaults(Optional.of(miner.address()))
                .withProbes(Duration.ofSeconds(10), Duration.ofSeconds(2), Duration.ofMinutes(1));
        var opened = NodePool.open(members, options, timeline, meters);
        pool = Optional.of(opened);
        return opened;
    }

    private void startSealing(SealingPipeline rooms, TaskEngine engine) {
        startWhenTheChainAnswers(rooms);
        engine.start();
        pipeline = rooms;
        isTakingDeals = market.isPresent();
        while (pledges > 0 && tryPledge(rooms)) {
            pledges--;
        }
    }

    private void startWhenTheChainAnswers(SealingPipeline rooms) {
        while (true) {
            try {
                rooms.start();
                return;
            } catch (AditException e) {
                pause();
            }
        }
    }

    private void pause() {
        try {
            timeline.sleep(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean tryPledge(SealingPipeline rooms) {
        try {
            rooms.pledge();
            coverage.saw("sectors pledged");
            return true;
        } catch (AditException nodeIsAway) {
            return false;
        }
    }

    /** The operator asks for a sector; again when the node could not take the wish. */
    void pledge() {
        pledges++;
        var rooms = pipeline;
        if (rooms != null) {
            start("operator", () -> {
                if (pledges > 0 && tryPledge(rooms)) {
                    pledges--;
                }
            });
        }
    }

    /** On behalf of somebody outside, as a strand of its process. */
    private void start(String who, Runnable work) {
        timeline.startAs(machine.number());
        timeline.start(Strand.Kind.VIRTUAL, who, work);
        timeline.startAs(0);
    }

    /** A person does something with the messages, as long as the node runs. */
    void atTheDesk(Consumer<MessageControl> work) {
        control.ifPresent(desk -> start("operator", () -> work.accept(desk)));
    }

    /** A client proposes; it hears nothing when the node is not there, or dies over it. */
    void propose(DealParams params, Consumer<ProposalVerdict> heard) {
        withMarket("client", deals -> {
            try {
                heard.accept(deals.desk().propose(params));
            } catch (AditException unanswered) {
                coverage.saw("proposals that were not answered");
            }
        });
    }

    /** A client asks something of the HTTP market; nothing happens when the node is not there. */
    void askDirectly(Consumer<DirectDeals> question) {
        withMarket("client", deals -> question.accept(deals.direct()));
    }

    /** The operator brings the data of an offline deal; hears whether it was taken, and nothing when the node is not there. */
    void importDeal(UUID deal, Path file, Consumer<Boolean> heard) {
        withMarket("operator", deals -> {
            try {
                deals.imports().run(deal, file);
                heard.accept(true);
            } catch (AditException refused) {
                coverage.saw("data of a deal refused: " + refused.code());
                heard.accept(false);
            }
        });
    }

    private void withMarket(String who, Consumer<DealPipeline> work) {
        if (isTakingDeals) {
            market.ifPresent(open -> start(who, () -> work.accept(open.deals())));
        }
    }

    // ---- dying -----------------------------------------------------------------------------------

    /** As {@code kill -9}: what was not written is gone, and nothing of it runs again. */
    void kill() {
        timeline.kill(machine.number());
        buried();
    }

    /** It stands still from now on, and does not notice. */
    void standStill() {
        timeline.pause(machine.number());
    }

    /** It goes on where it stood still. */
    void goOn() {
        timeline.resume(machine.number());
    }

    private void buried() {
        isActive = false;
        var opened = process;
        process = null;
        pipeline = null;
        pool = Optional.empty();
        control = Optional.empty();
        market.ifPresent(SimulatedMarket.Open::close);
        market = Optional.empty();
        isTakingDeals = false;
        pointsLeft = OptionalInt.empty();
        if (opened != null) {
            opened.close();
        }
    }

    /** It dies at the marked place that it reaches after so many others. */
    void dieAfter(int points) {
        pointsLeft = OptionalInt.of(points);
    }

    /** The place at which it died since this was asked last. */
    Optional<String> diedAt() {
        var where = diedAt;
        diedAt = Optional.empty();
        return where;
    }

    /** A strand of it is at a marked place. */
    void reached(String point) {
        if (pointsLeft.isEmpty() || !timeline.inStrand()) {
            return;
        }
        int left = pointsLeft.getAsInt() - 1;
        pointsLeft = OptionalInt.of(left);
        if (left <= 0) {
            diedAt = Optional.of(point);
            buried();
            timeline.dieHere();
        }
    }
}
