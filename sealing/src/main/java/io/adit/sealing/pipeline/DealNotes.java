package io.adit.sealing.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.state.Bytes;
import io.adit.core.state.SectorPiece;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.Tx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What sealing must remember of each accepted deal piece beside its place in the sector: one small value per deal. */
final class DealNotes {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** One deal's note; the file is where its bytes are. */
    record Note(
            SectorNumber sector,
            Path file,
            long rawSize,
            long chainDealId,
            Epoch start,
            Epoch end,
            Bytes notification) {}

    private record Stored(
            long sector, String file, long rawSize, long chainDealId, long start, long end, String notification) {}

    private DealNotes() {}

    static Optional<Note> find(Tx tx, UUID deal) {
        return tx.meta().get(name(deal)).map(DealNotes::parse);
    }

    /** The notes of a sector's deals, in piece order. */
    static List<Note> of(Tx tx, SectorRecord sector) {
        var notes = new ArrayList<Note>();
        for (SectorPiece piece : sector.pieces()) {
            piece.deal().flatMap(deal -> find(tx, deal)).ifPresent(notes::add);
        }
        return notes;
    }

    static void put(Tx tx, DealPiece piece, SectorNumber sector) {
        put(
                tx,
                piece.deal(),
                new Note(
                        sector,
                        piece.file(),
                        piece.rawSize(),
                        piece.chainDealId(),
                        piece.start(),
                        piece.end(),
                        piece.notification()));
    }

    static void move(Tx tx, UUID deal, SectorNumber sector) {
        find(tx, deal)
                .ifPresent(note -> put(
                        tx,
                        deal,
                        new Note(
                                sector,
                                note.file(),
                                note.rawSize(),
                                note.chainDealId(),
                                note.start(),
                                note.end(),
                                note.notification())));
    }

    private static void put(Tx tx, UUID deal, Note note) {
        var stored = new Stored(
                note.sector().value(),
                note.file().toString(),
                note.rawSize(),
                note.chainDealId(),
                note.start().value(),
                note.end().value(),
                HexFormat.of().formatHex(note.notification().array()));
        try {
            tx.meta().put(name(deal), JSON.writeValueAsString(stored));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of numbers and strings is always JSON", e);
        }
    }

    private static Note parse(String json) {
        try {
            var stored = JSON.readValue(json, Stored.class);
            return new Note(
                    new SectorNumber(stored.sector()),
                    Path.of(stored.file()),
                    stored.rawSize(),
                    stored.chainDealId(),
                    new Epoch(stored.start()),
                    new Epoch(stored.end()),
                    new Bytes(HexFormat.of().parseHex(stored.notification())));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a deal's stored note is not readable: " + json, e);
        }
    }

    private static String name(UUID deal) {
        return "sealing.deal." + deal;
    }
}
