package io.adit.sealing.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.chain.actor.Actor;
import io.adit.chain.actor.DataActivationNotification;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.state.SectorPiece;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.Tx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What sealing must remember of each accepted deal piece beside its place in the sector: one small value per deal. */
final class DealNotes {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** One deal's note; the file is where its bytes are. */
    record Note(
            SectorNumber sector,
            Path file,
            long rawSize,
            OptionalLong chainDealId,
            Epoch start,
            Epoch end,
            List<DataActivationNotification> notifications) {
        /** What the deal is called in messages: its number in the market actor, or that it has none. */
        String name() {
            return chainDealId.isPresent() ? String.valueOf(chainDealId.getAsLong()) : "without a number";
        }

        private Note at(SectorNumber place) {
            return new Note(place, file, rawSize, chainDealId, start, end, notifications);
        }
    }

    /** A receiver that is empty means the market actor, as in notes of the first release, which had one of it alone. */
    private record Notice(String to, String payload) {}

    private record Stored(
            long sector,
            String file,
            long rawSize,
            @Nullable Long chainDealId,
            long start,
            long end,
            @Nullable String notification,
            @Nullable List<Notice> notices) {}

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
                        piece.notifications()));
    }

    static void move(Tx tx, UUID deal, SectorNumber sector) {
        find(tx, deal).ifPresent(note -> put(tx, deal, note.at(sector)));
    }

    private static void put(Tx tx, UUID deal, Note note) {
        var stored = new Stored(
                note.sector().value(),
                note.file().toString(),
                note.rawSize(),
                note.chainDealId().isPresent() ? note.chainDealId().getAsLong() : null,
                note.start().value(),
                note.end().value(),
                null,
                note.notifications().stream()
                        .map(told -> new Notice(
                                told.address().toString(), HexFormat.of().formatHex(told.payload())))
                        .toList());
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
                    stored.chainDealId() == null ? OptionalLong.empty() : OptionalLong.of(stored.chainDealId()),
                    new Epoch(stored.start()),
                    new Epoch(stored.end()),
                    notifications(stored));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a deal's stored note is not readable: " + json, e);
        }
    }

    private static List<DataActivationNotification> notifications(Stored stored) {
        var notices = stored.notices() != null
                ? stored.notices()
                : stored.notification() == null ? List.<Notice>of() : List.of(new Notice("", stored.notification()));
        return notices.stream()
                .map(notice -> new DataActivationNotification(
                        notice.to().isEmpty() ? Actor.MARKET : Address.parse(notice.to()),
                        HexFormat.of().parseHex(notice.payload())))
                .toList();
    }

    private static String name(UUID deal) {
        return "sealing.deal." + deal;
    }
}
