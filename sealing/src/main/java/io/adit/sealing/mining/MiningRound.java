package io.adit.sealing.mining;

import io.adit.chain.node.Block;
import io.adit.chain.node.BlockTemplate;
import io.adit.chain.node.MiningBaseInfo;
import io.adit.chain.type.ElectionProof;
import io.adit.chain.type.PoStProof;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.Ticket;
import io.adit.chain.type.TipSet;
import io.adit.core.error.AditException;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;
import io.adit.core.task.CrashPoints;
import io.adit.core.time.Strand;
import io.adit.sealing.mining.MinedBlock.Phase;
import io.adit.sealing.mining.RoundResult.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One epoch's try for a block, from the choice of the parents to the submission. Used once, on a strand of its own. */
final class MiningRound {
    private static final Logger LOG = LoggerFactory.getLogger(MiningRound.class);

    /** How often a round may begin anew because the head went to another chain. */
    private static final int MOST_MOVES = 3;

    /** A beacon that comes within this was there before. */
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    private final MiningContext context;
    private final Epoch epoch;
    private final Lottery lottery;
    private final Parents parents;
    private final Instant began;
    private final StopWatch watch;

    private final Lock state;
    private boolean abandoned;
    private boolean inEarnest;
    private Instant end;
    private Optional<Instant> beaconAt = Optional.empty();
    private volatile String doing = "waiting for the beacon";

    /** The chance on these parents: what the chain says, and the election that was won. */
    private record Chance(TipSet base, MiningBaseInfo info, ElectionProof election, Randomness challenge) {}

    /** @param end when nobody would take the block any more; later where the beacon itself is late */
    MiningRound(MiningContext context, Epoch epoch, Instant end) {
        this.context = context;
        this.epoch = epoch;
        this.end = end;
        this.lottery = new Lottery(context.settings().miner(), context.signer());
        this.parents = new Parents(context.node());
        this.began = context.timeline().instant();
        this.watch = new StopWatch(context.timeline());
        this.state = context.timeline().newLock();
    }

    /**
     * From now on it begins no block any more. What it waits in is interrupted, unless it is writing already: an interrupt
     * would close the slash guard's log under it.
     */
    void abandon(Strand strand) {
        state.lock();
        try {
            abandoned = true;
            if (!inEarnest) {
                strand.interrupt();
            }
        } finally {
            state.unlock();
        }
    }

    /** A beacon that is late is late for everybody: what is left of an epoch begins with it. */
    private void beaconCame() {
        var settings = context.settings();
        state.lock();
        try {
            var now = context.timeline().instant();
            beaconAt = Optional.of(now);
            boolean waited = Duration.between(began, now).compareTo(AT_ONCE) > 0;
            var later = now.plus(settings.blockDelay()).minus(settings.propagationDelay());
            end = waited && later.isAfter(end) ? later : end;
        } finally {
            state.unlock();
        }
    }

    /** When the beacon's entry was there. */
    Optional<Instant> beaconAt() {
        state.lock();
        try {
            return beaconAt;
        } finally {
            state.unlock();
        }
    }

    /** When nobody would take the block any more; for the beacon it waits an epoch at least. */
    Instant end() {
        state.lock();
        try {
            var patience = began.plus(context.settings().blockDelay());
            return beaconAt.isEmpty() && patience.isAfter(end) ? patience : end;
        } finally {
            state.unlock();
        }
    }

    /** From here on it is not interrupted. */
    private void beginInEarnest() {
        state.lock();
        try {
            inEarnest = !abandoned;
        } finally {
            state.unlock();
        }
        requireTime();
    }

    private boolean isAbandoned() {
        state.lock();
        try {
            return abandoned;
        } finally {
            state.unlock();
        }
    }

    Epoch epoch() {
        return epoch;
    }

    /** What it is at, for the words about a round that takes too long. */
    String doing() {
        return doing;
    }

    /** Runs it; what goes wrong is in the result. */
    RoundResult run() {
        try {
            return attempt();
        } catch (InterruptedException stopped) {
            return failed(Outcome.LATE, late("it was stopped"));
        } catch (AditException e) {
            boolean isLate = isAbandoned() || e.code() == MiningError.MINING_ROUND_LATE;
            return failed(isLate ? Outcome.LATE : Outcome.FAILED, e);
        } catch (RuntimeException | Error e) {
            LOG.error("The round of epoch {} broke down", epoch, e);
            return new RoundResult(epoch, Outcome.FAILED, Optional.empty(), "it broke down: " + e);
        }
    }

    private RoundResult attempt() throws InterruptedException {
        if (context.journal().find(epoch).isPresent()) {
            return RoundResult.of(epoch, Outcome.DONE_BEFORE);
        }
        context.node().stateGetBeaconEntry(epoch);
        beaconCame();
        doing = "asking for the base info";
        var base = parents.choose(epoch);
        var chosenAt = context.timeline().nanoTime();
        var info = eligible(base);
        var baseInfoTook = watch.lap();
        if (info.isEmpty()) {
            return RoundResult.of(epoch, Outcome.NOT_ELIGIBLE);
        }
        doing = "drawing";
        var chance = chance(base, info.get());
        var electionTook = watch.lap();
        if (chance.isEmpty()) {
            return RoundResult.of(epoch, Outcome.NOT_WON);
        }
        var won = chance.get();
        LOG.info(
                "Won epoch {} {} times on epoch {} ({} null rounds)",
                epoch,
                won.election().winCount(),
                base.height(),
                epoch.minus(base.height()) - 1);
        doing = "proving sector "
                + won.info().sectors().stream()
                        .map(sector -> sector.sector().toString())
                        .toList();
        var proof = prove(won);
        var steps = new RoundSteps(
                baseInfoTook, electionTook, watch.lap(), Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);
        doing = "waiting for equivocations";
        awaitSince(chosenAt, context.settings().equivocationDelay());
        return onSettledParents(won, proof, steps);
    }

    /** Looks at the head again until it stays, and makes the block. The proof stays good as long as it answers the same. */
    private RoundResult onSettledParents(Chance first, List<PoStProof> firstProof, RoundSteps steps)
            throws InterruptedException {
        var chance = first;
        var proof = firstProof;
        for (int moves = 0; ; moves++) {
            doing = "looking at the head again";
            var settled = Parents.settle(chance.base(), parents.choose(epoch));
            if (settled.key().equals(chance.base().key())) {
                return make(chance, proof, steps);
            }
            if (moves == MOST_MOVES) {
                throw new AditException(
                        MiningError.MINING_ROUND_LATE,
                        "making a block of epoch " + epoch + ": the head went to another chain " + moves
                                + " times meanwhile");
            }
            requireTime();
            LOG.warn(
                    "The parents for epoch {} changed from {} to {}",
                    epoch,
                    chance.base().key().cids(),
                    settled.key().cids());
            var info = eligible(settled);
            if (info.isEmpty()) {
                return RoundResult.of(epoch, Outcome.NOT_ELIGIBLE);
            }
            var next = chance(settled, info.get());
            if (next.isEmpty()) {
                return RoundResult.of(epoch, Outcome.NOT_WON);
            }
            boolean sameProof = next.get().challenge().equals(chance.challenge())
                    && next.get().info().sectors().equals(chance.info().sectors());
            chance = next.get();
            if (!sameProof) {
                doing = "proving again on other parents";
                proof = prove(chance);
            }
        }
    }

    private Optional<MiningBaseInfo> eligible(TipSet base) {
        return context.node()
                .minerGetBaseInfo(context.settings().miner(), epoch, base.key())
                .filter(MiningBaseInfo::eligibleForMining);
    }

    private Optional<Chance> chance(TipSet base, MiningBaseInfo info) {
        return lottery.election(info, epoch)
                .map(election -> new Chance(base, info, election, lottery.challenge(info, epoch)));
    }

    private List<PoStProof> prove(Chance chance) {
        requireTime();
        try {
            return context.prover().prove(chance.info().sectors(), chance.challenge());
        } catch (AditException e) {
            // The round was won, so its loss is to be remembered; writing must not end by the interrupt that ended the
            // proof.
            boolean interrupted = Thread.interrupted();
            context.journal().save(record(chance, RoundSteps.NONE).withNote(BlockPublisher.message(e)));
            LOG.debug("The proof ended {}", interrupted ? "by an interrupt" : "by itself");
            throw e;
        }
    }

    private RoundResult make(Chance chance, List<PoStProof> proof, RoundSteps steps) throws InterruptedException {
        doing = "choosing messages";
        var ticket = lottery.ticket(
                chance.info(), epoch, chance.base().minTicketBlock().ticket().orElseThrow());
        var messages = messages(chance.base(), ticket);
        beginInEarnest();
        var record = record(
                chance,
                new RoundSteps(
                        steps.baseInfo(),
                        steps.election(),
                        steps.proof(),
                        watch.lap(),
                        Duration.ZERO,
                        Duration.ZERO,
                        Duration.ZERO));
        record = context.journal().save(record.withPhase(Phase.CREATING));
        doing = "having the node make the block";
        CrashPoints.reach("block.creating");
        var unsigned = create(chance, proof, ticket, messages);
        requireTime();
        var before = record.steps();
        record = context.journal()
                .save(record.withPhase(Phase.PREPARED)
                        .withBlock(Optional.of(unsigned))
                        .withSteps(new RoundSteps(
                                before.baseInfo(),
                                before.election(),
                                before.proof(),
                                before.select(),
                                watch.lap(),
                                Duration.ZERO,
                                Duration.ZERO)));
        doing = "signing and submitting";
        CrashPoints.reach("block.prepared");
        var published = new BlockPublisher(context)
                .publish(record, chance.info().workerKey(), chance.base().blocks(), end());
        return published.phase() == Phase.REFUSED
                ? new RoundResult(epoch, Outcome.REFUSED, Optional.empty(), published.note())
                : RoundResult.of(epoch, Outcome.SUBMITTED);
    }

    /** A node that cannot make it with what its own pool chose may still make one without messages. */
    private Block create(Chance chance, List<PoStProof> proof, Ticket ticket, List<SignedMessage> messages) {
        var assembly = new BlockAssembly(context.node(), context.settings().standIn());
        try {
            return assembly.create(template(chance, proof, ticket, messages));
        } catch (AditException e) {
            if (e.code() != MiningError.MINING_NODE_CANNOT_CREATE || messages.isEmpty()) {
                throw e;
            }
            LOG.warn("{}; once more without messages", e.getMessage());
            requireTime();
            return assembly.create(template(chance, proof, ticket, List.of()));
        }
    }

    /** A block without messages earns its reward all the same, so a pool that fails or hangs does not cost the block. */
    private List<SignedMessage> messages(TipSet base, Ticket ticket) throws InterruptedException {
        var chosen = new AtomicReference<List<SignedMessage>>(List.of());
        var asking = context.timeline().start(Strand.Kind.VIRTUAL, "mining-messages-" + epoch, () -> {
            try {
                chosen.set(context.node().mpoolSelect(base.key(), Lottery.quality(ticket)));
            } catch (AditException e) {
                LOG.warn("Choosing messages for epoch {}: {}; its block has none", epoch, e.getMessage());
            }
        });
        try {
            var patience = selectPatience();
            if (!asking.join(patience)) {
                LOG.warn(
                        "Choosing messages for epoch {} takes more than {}; its block has none",
                        epoch,
                        ClockWatch.seconds(patience));
            }
            return chosen.get();
        } finally {
            asking.interrupt();
        }
    }

    /** Until a tenth of an epoch before the block's time (3 s on mainnet); where that is over, a tenth of an epoch. */
    private Duration selectPatience() {
        var settings = context.settings();
        var reserve = settings.blockDelay().dividedBy(10);
        var until = end().minus(settings.propagationDelay()).minus(reserve);
        var left = Duration.between(context.timeline().instant(), until);
        return left.compareTo(reserve) > 0 ? left : reserve;
    }

    private BlockTemplate template(Chance chance, List<PoStProof> proof, Ticket ticket, List<SignedMessage> messages) {
        return new BlockTemplate(
                context.settings().miner(),
                chance.base().key(),
                ticket,
                chance.election(),
                chance.info().beaconEntries(),
                messages,
                epoch,
                context.times().of(chance.base(), epoch).getEpochSecond(),
                proof);
    }

    /** A won round that has failed, until it is further. */
    private MinedBlock record(Chance chance, RoundSteps steps) {
        return new MinedBlock(
                epoch,
                chance.election().winCount(),
                chance.base().height(),
                Phase.FAILED,
                Optional.empty(),
                began,
                steps,
                "");
    }

    private RoundResult failed(Outcome outcome, AditException why) {
        var note = BlockPublisher.message(why);
        try {
            // The store must not be written to by a thread that is interrupted.
            LOG.debug("Round {} ended {}", epoch, Thread.interrupted() ? "by an interrupt" : "by itself");
            context.journal()
                    .find(epoch)
                    .ifPresent(record -> context.journal()
                            .save((isOpen(record) ? record.withPhase(Phase.FAILED) : record).withNote(note)));
        } catch (AditException e) {
            LOG.error("Remembering how the round of epoch {} ended", epoch, e);
        }
        return new RoundResult(epoch, outcome, Optional.of(why.code()), note);
    }

    /** Signed ones stay as they are: they may be submitted again. */
    private static boolean isOpen(MinedBlock record) {
        return record.phase() == Phase.CREATING || record.phase() == Phase.PREPARED;
    }

    private void requireTime() {
        if (isAbandoned() || !context.timeline().instant().isBefore(end())) {
            throw late("its time was over");
        }
    }

    private AditException late(String why) {
        return new AditException(
                MiningError.MINING_ROUND_LATE, "making a block of epoch " + epoch + ", " + doing + ": " + why);
    }

    private void awaitSince(long nanos, Duration atLeast) throws InterruptedException {
        var left = atLeast.minusNanos(context.timeline().nanoTime() - nanos);
        if (left.isPositive()) {
            context.timeline().sleep(left);
        }
    }
}
