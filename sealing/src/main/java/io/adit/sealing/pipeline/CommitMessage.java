package io.adit.sealing.pipeline;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.DataActivationNotification;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PieceActivationManifest;
import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.chain.actor.SectorActivationManifest;
import io.adit.chain.actor.SectorPreCommitOnChainInfo;
import io.adit.chain.message.MessageIntent;
import io.adit.chain.message.MessagePriority;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.state.SectorPiece;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorState;
import io.adit.core.state.Tx;
import io.adit.core.task.Outcome;
import io.adit.sealing.SealingError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ProveCommitSectors3 with the manifests that activate the sectors' deals (FIP-0076). Before a sector goes in, its seed is
 * fetched once more, since a reorg may have changed it, and its stored proof is verified once more. Of several sectors
 * those whose proof or data the chain refuses are named in what the message returns, and the others are activated.
 */
final class CommitMessage implements SectorMessage<CommitMessage.Part> {

    private static final Logger LOG = LoggerFactory.getLogger(CommitMessage.class);

    private final SealingContext context;
    private final SectorRandomness randomness;
    private final SealingMetrics metrics;

    /** One sector's proof and deals, and what is lacking in its pledge. */
    record Part(SectorRecord sector, List<PieceActivationManifest> pieces, TokenAmount value, Epoch due) {}

    CommitMessage(SealingContext context, SealingMetrics metrics, SectorRandomness randomness) {
        this.context = context;
        this.randomness = randomness;
        this.metrics = metrics;
    }

    @Override
    public String purpose() {
        return MessageKeys.COMMIT;
    }

    @Override
    public BatchRule rule() {
        var batches = context.settings().batches();
        return new BatchRule(batches.commitWait(), batches.mostCommits(), batches.slack());
    }

    @Override
    public SectorState stateBefore() {
        return SealingStep.COMMIT_2.state();
    }

    /** Before the pre-commit expires, and before the first deal starts. */
    @Override
    public Epoch due(Tx tx, SectorRecord sector, Epoch head) {
        Epoch expiry = sector.preCommitEpoch().orElse(head).plus(SectorPolicy.MAX_PROVE_COMMIT_DURATION);
        return DealNotes.of(tx, sector).stream()
                .map(DealNotes.Note::start)
                .min(Comparator.naturalOrder())
                .filter(start -> start.isBefore(expiry))
                .orElse(expiry);
    }

    @Override
    public Optional<Outcome> elsewhere(SectorRecord sector, SectorId id, TipSet head) {
        return Optional.empty();
    }

    @Override
    public Check<Part> check(SectorRecord sector, SectorId id, TipSet head) {
        Optional<SectorPreCommitOnChainInfo> info =
                context.node().stateSectorPreCommitInfo(id.miner().address(), sector.number(), head.key());
        if (info.isEmpty()) {
            return new Check.Unfit<>(new PreCommitGone(context).outcome(sector, id, head));
        }
        if (randomness.seedChanged(sector, info.get(), head)) {
            LOG.warn(
                    "sector {}: a reorg changed the seed; proving again",
                    sector.number().value());
            return new Check.Unfit<>(context.next(sector.number(), SealingStep.SEED_WAIT, current -> current));
        }
        if (sector.proof().isEmpty()
                || !SealCheck.holds(
                        context.proofs(), sector, id, sector.proof().get().array())) {
            metrics.proofRejected();
            return new Check.Unfit<>(context.next(sector.number(), SealingStep.COMMIT_2, current -> current));
        }
        TokenAmount pledge = context.node()
                .stateMinerInitialPledgeForSector(
                        info.get().info().expiration().minus(head.height()),
                        context.settings().sectorSize(),
                        0,
                        head.key());
        TokenAmount value = pledge.minus(info.get().preCommitDeposit()).max(TokenAmount.ZERO);
        var withEpoch = sector.withPreCommitEpoch(Optional.of(info.get().preCommitEpoch()));
        Epoch due = context.store().read(tx -> due(tx, withEpoch, head.height()));
        return new Check.Fit<>(new Part(sector, manifest(sector, head.height()), value, due));
    }

    /**
     * A sector alone fails as a whole when its deals cannot be activated and the operator wants that. With several, one
     * without a valid proof must not cost the others their message; a deal that the market refuses still does, before
     * anything is signed, and the message is taken apart then.
     */
    @Override
    public MessageIntent intent(String key, List<Part> parts, TipSet head) {
        boolean deals = parts.stream().anyMatch(part -> !part.pieces().isEmpty());
        boolean strict = deals && context.settings().requireDealActivation();
        // A contract of a client's must not be able to keep a sector, and the others' deals in it, from being proven.
        boolean toldStrictly = strict && parts.stream().allMatch(CommitMessage::tellsTheMarketOnly);
        var params = new ProveCommitSectors3Params(
                parts.stream()
                        .map(part -> new SectorActivationManifest(part.sector().number(), part.pieces()))
                        .toList(),
                parts.stream()
                        .map(part -> part.sector().proof().orElseThrow().array())
                        .toList(),
                new byte[0],
                Optional.empty(),
                strict && parts.size() == 1,
                toldStrictly);
        return new MessageIntent(
                        key,
                        context.settings().worker(),
                        context.settings().miner().address(),
                        parts.stream().map(Part::value).reduce(TokenAmount.ZERO, TokenAmount::plus),
                        MinerMethod.PROVE_COMMIT_SECTORS3.number(),
                        params.toCbor(),
                        context.settings().maxCommitFee().times(parts.size()),
                        MessagePriority.COMMIT)
                .dueBy(parts.stream()
                        .map(Part::due)
                        .min(Comparator.naturalOrder())
                        .orElseThrow());
    }

    private static boolean tellsTheMarketOnly(Part part) {
        return part.pieces().stream()
                .flatMap(piece -> piece.notifications().stream())
                .allMatch(told -> told.address().equals(Actor.MARKET));
    }

    @Override
    public List<SectorNumber> sectorsIn(byte[] params) {
        return ProveCommitSectors3Params.fromCbor(params).sectorActivations().stream()
                .map(SectorActivationManifest::sectorNumber)
                .toList();
    }

    /** The message is what was signed, so it says which deals it does not activate, also after a crash. */
    @Override
    public Outcome sent(SectorRecord sector, byte[] params, Cid cid) {
        List<PieceActivationManifest> manifests =
                ProveCommitSectors3Params.fromCbor(params).sectorActivations().stream()
                        .filter(activation -> activation.sectorNumber().equals(sector.number()))
                        .flatMap(activation -> activation.pieces().stream())
                        .toList();
        return Outcome.done(tx -> {
            var deals = deals(sector);
            for (int i = 0; i < Math.min(deals.size(), manifests.size()); i++) {
                PieceNotices.sent(tx, deals.get(i), manifests.get(i));
            }
            dropped(tx, sector, manifests).forEach(deal -> fail(tx, sector, deal));
            context.goTo(
                    tx, sector.number(), SealingStep.COMMIT_WAIT, current -> current.withCommitCid(Optional.of(cid)));
        });
    }

    private static List<UUID> deals(SectorRecord sector) {
        return sector.pieces().stream()
                .map(SectorPiece::deal)
                .flatMap(Optional::stream)
                .toList();
    }

    private static List<UUID> dropped(Tx tx, SectorRecord sector, List<PieceActivationManifest> manifests) {
        List<UUID> deals = deals(sector);
        return IntStream.range(0, Math.min(deals.size(), manifests.size()))
                .filter(i -> manifests.get(i).notifications().isEmpty())
                .mapToObj(deals::get)
                .filter(deal -> DealNotes.find(tx, deal)
                        .filter(note -> note.chainDealId().isPresent()
                                && !note.notifications().isEmpty())
                        .isPresent())
                .toList();
    }

    private static void fail(Tx tx, SectorRecord sector, UUID deal) {
        String why = SealingError.DEALS_EXPIRED.name() + ": its start epoch"
                + DealNotes.find(tx, deal)
                        .map(note -> " " + note.start().value())
                        .orElse("")
                + " passed before sector " + sector.number().value() + " was proven; it was not activated";
        tx.deals()
                .find(deal)
                .filter(record -> record.error().isEmpty())
                .ifPresent(record -> tx.deals().update(record.withError(Optional.of(why))));
    }

    /**
     * The deals' pieces in order; the actor infers the padding. A published deal whose start has passed cannot be
     * activated any more: its bytes are declared, since they are part of CommD, but the market is not told. A direct
     * deal's receivers judge for themselves; but once the sector's own message has failed, or would, only the market actor is
     * told, since a stranger's contract can use up all the gas.
     */
    private List<PieceActivationManifest> manifest(SectorRecord sector, Epoch head) {
        var pieces = new ArrayList<PieceActivationManifest>();
        boolean marketOnly =
                context.store().read(tx -> MessageKeys.tellsNoStrangers(tx, MessageKeys.COMMIT, sector.number()));
        for (SectorPiece piece : sector.pieces()) {
            if (piece.deal().isEmpty()) {
                continue;
            }
            var note = context.store()
                    .read(tx -> DealNotes.find(tx, piece.deal().get()))
                    .orElseThrow();
            List<DataActivationNotification> notifications = note.notifications().stream()
                    .filter(told -> !marketOnly || told.address().equals(Actor.MARKET))
                    .toList();
            if (notifications.size() < note.notifications().size()) {
                LOG.warn(
                        "sector {}: deal {} goes without its client's notification, with which the message fails",
                        sector.number().value(),
                        note.name());
            }
            if (note.chainDealId().isPresent() && !head.isBefore(note.start())) {
                LOG.error(
                        "sector {}: deal {} had to start at epoch {} and cannot be activated at {}",
                        sector.number().value(),
                        note.name(),
                        note.start().value(),
                        head.value());
                notifications = List.of();
            }
            pieces.add(new PieceActivationManifest(
                    piece.piece().pieceCidV1(), piece.piece().size().bytes(), Optional.empty(), notifications));
        }
        return pieces;
    }
}
