package io.adit.sealing.pipeline;

import io.adit.core.error.AditException;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.ZeroCommitments;
import io.adit.core.state.SectorPiece;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorState;
import io.adit.core.state.Tx;
import io.adit.sealing.SealingError;
import io.adit.sealing.storage.SectorFileType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives pieces their places: the open sector in which the piece leaves the least room, else a new one. Numbers are above
 * everything the chain was last seen to have allocated; the step that writes the data asks the chain once more.
 */
final class SectorAssignment implements SectorIntake {

    private static final Logger LOG = LoggerFactory.getLogger(SectorAssignment.class);

    private final SealingContext context;
    private volatile BitField allocatedOnChain = BitField.EMPTY;
    private volatile Epoch head = new Epoch(0);

    SectorAssignment(SealingContext context) {
        this.context = context;
    }

    /** Looks up which numbers the chain has seen. */
    void refresh() {
        var miner = context.settings().miner().address();
        var now = context.node().chainHead();
        head = now.height();
        allocatedOnChain = context.node()
                .stateMinerAllocated(miner, now.key())
                .union(numbersOnDisks(context.settings().miner()));
    }

    /** What lies under a number, left by a database that was lost, would be taken for the next sector's own. */
    private BitField numbersOnDisks(ActorId miner) {
        var numbers = new TreeSet<SectorNumber>();
        for (SectorFileType type : SectorFileType.values()) {
            context.paths().sectors(type).stream()
                    .filter(sector -> sector.miner().equals(miner))
                    .forEach(sector -> numbers.add(sector.number()));
        }
        return BitField.ofSectors(numbers);
    }

    /** Tells how far the chain is, for deals that come in. */
    void seen(Epoch height) {
        head = height;
    }

    @Override
    public SectorNumber accept(Tx tx, DealPiece piece) {
        Optional<DealNotes.Note> known = DealNotes.find(tx, piece.deal());
        if (known.isPresent()) {
            return known.get().sector();
        }
        PaddedSize capacity = context.settings().sectorSize().padded();
        if (piece.piece().size().bytes() > capacity.bytes()) {
            throw new AditException(
                    SealingError.PIECE_DOES_NOT_FIT,
                    "accepting the piece of deal " + piece.deal() + ": it has "
                            + piece.piece().size().bytes() + " bytes, a sector has " + capacity.bytes());
        }
        // What may come too late for such a deal would take the others in its sector with it.
        boolean alone = SectorPolicy.lastExpiration(head).isBefore(piece.end());
        Optional<SectorRecord> open =
                alone ? Optional.empty() : openSectorFor(tx, piece.piece().size());
        SectorRecord sector = open.orElseGet(() -> openSector(tx));
        var pieces = new ArrayList<>(sector.pieces());
        for (PaddedSize zero :
                PiecePacking.paddingBefore(length(sector), piece.piece().size())) {
            pieces.add(zeroPiece(zero));
        }
        pieces.add(new SectorPiece(piece.piece(), Optional.of(piece.deal())));
        DealNotes.put(tx, piece, sector.number());
        SectorRecord filled = context.change(tx, sector.number(), current -> current.withPieces(pieces));
        LOG.info(
                "sector {}: deal {} takes {} bytes, {} of {} used",
                sector.number().value(),
                piece.deal(),
                piece.piece().size().bytes(),
                length(filled),
                capacity.bytes());
        if (alone || length(filled) == capacity.bytes()) {
            close(tx, filled);
        } else {
            // The delay may be zero, and a deal's start may be nearer than that of the deals before.
            tx.tasks().signal(WaitDealsTask.signalOf(sector.number()));
        }
        return sector.number();
    }

    @Override
    public Optional<SectorNumber> sectorOf(Tx tx, UUID deal) {
        return DealNotes.find(tx, deal).map(DealNotes.Note::sector);
    }

    /** A new sector without deals: committed capacity. */
    SectorNumber pledge(Tx tx) {
        SectorNumber number = newNumber(tx);
        var whole = List.of(zeroPiece(context.settings().sectorSize().padded()));
        tx.sectors()
                .insert(SectorRecord.created(
                                number,
                                context.settings().sealProof(),
                                context.clock().instant())
                        .withPieces(whole));
        context.goTo(tx, number, SealingStep.ADD_PIECE, sector -> sector);
        return number;
    }

    /** Takes no more deals into the sector: fills it with zero pieces and lets its data be written. */
    void close(Tx tx, SectorRecord sector) {
        var pieces = new ArrayList<>(sector.pieces());
        for (PaddedSize zero : PiecePacking.paddingToEnd(
                length(sector), context.settings().sectorSize().padded())) {
            pieces.add(zeroPiece(zero));
        }
        context.goTo(tx, sector.number(), SealingStep.ADD_PIECE, current -> current.withPieces(pieces));
    }

    /** The chain knows the sector's number already: its pieces get another one before anything is written. */
    void renumber(Tx tx, SectorRecord taken, BitField allocated) {
        allocatedOnChain = allocatedOnChain.union(allocated);
        SectorNumber number = newNumber(tx);
        tx.sectors()
                .insert(SectorRecord.created(
                                number, taken.sealProof(), context.clock().instant())
                        .withPieces(taken.pieces()));
        for (SectorPiece piece : taken.pieces()) {
            piece.deal().ifPresent(deal -> {
                DealNotes.move(tx, deal, number);
                tx.deals()
                        .find(deal)
                        .filter(record -> record.sector().equals(Optional.of(taken.number())))
                        .ifPresent(record -> tx.deals().update(record.withSector(Optional.of(number))));
            });
        }
        context.goTo(tx, number, SealingStep.ADD_PIECE, sector -> sector);
        context.change(
                tx,
                taken.number(),
                sector -> sector.withState(SectorState.Removed)
                        .withPieces(List.of())
                        .withError(Optional.of(
                                SealingError.SECTOR_NUMBER_TAKEN.name() + ": became sector " + number.value())));
        LOG.warn(
                "sector {}: number is taken on the chain, became {}",
                taken.number().value(),
                number.value());
    }

    private Optional<SectorRecord> openSectorFor(Tx tx, PaddedSize piece) {
        PaddedSize capacity = context.settings().sectorSize().padded();
        return tx.sectors().listInState(SectorState.WaitDeals).stream()
                .filter(sector -> PiecePacking.fits(length(sector), piece, capacity))
                .max(Comparator.comparingLong(SectorAssignment::length));
    }

    private SectorRecord openSector(Tx tx) {
        List<SectorRecord> open = tx.sectors().listInState(SectorState.WaitDeals);
        if (open.size() >= context.settings().maxWaitDealsSectors()) {
            open.stream()
                    .max(Comparator.comparingLong(SectorAssignment::length))
                    .ifPresent(fullest -> close(tx, fullest));
        }
        SectorNumber number = newNumber(tx);
        tx.sectors()
                .insert(SectorRecord.created(
                        number, context.settings().sealProof(), context.clock().instant()));
        tx.tasks().enqueue(SealingStep.WAIT_DEALS.task(number));
        return tx.sectors().find(number).orElseThrow();
    }

    private SectorNumber newNumber(Tx tx) {
        return tx.sectors()
                .allocateNumber(new SectorNumber(allocatedOnChain.last().stream()
                        .map(last -> last + 1)
                        .findFirst()
                        .orElse(0)));
    }

    static long length(SectorRecord sector) {
        return PiecePacking.length(
                sector.pieces().stream().map(piece -> piece.piece().size()).toList());
    }

    private static SectorPiece zeroPiece(PaddedSize size) {
        return new SectorPiece(new PieceInfo(ZeroCommitments.of(size), size), Optional.empty());
    }
}
