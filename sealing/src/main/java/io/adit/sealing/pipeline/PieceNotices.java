package io.adit.sealing.pipeline;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.DataActivationNotification;
import io.adit.chain.actor.PieceActivationManifest;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.Cid;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.Tx;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What became of a client's wish that an actor be told of a deal's piece (FIP-0076, FIP-0109). The message that proves the sector
 * tells it; whether that message told everybody is written down when it is sent, since it is sent without strangers where it
 * fails with them. The market actor, who is told of published deals, is not meant here.
 */
public final class PieceNotices {
    private PieceNotices() {}

    /**
     * One actor that is to be told.
     *
     * @param payload bytes that it gets besides the piece
     */
    public record Notice(Address receiver, int payload, Fate fate) {}

    /** How far that is. */
    public sealed interface Fate {
        /** The sector's message has not been sent. */
        record Waiting() implements Fate {}

        /** A message says it, and has not been executed as far as is known. */
        record Sent(Cid message) implements Fate {}

        /** The message was executed. Whether the actor took what it was told only its own state says. */
        record Told(Cid message, Epoch epoch) implements Fate {}

        /** The message failed with it, or would have, and was sent without. */
        record LeftOut() implements Fate {}
    }

    /** The receivers of a deal whose piece has a place in a sector; none before that. */
    public static List<Notice> of(Tx tx, UUID deal) {
        var note = DealNotes.find(tx, deal);
        if (note.isEmpty()) {
            return List.of();
        }
        var sector = tx.sectors().find(note.get().sector());
        var told = tx.meta().get(name(deal)).map(PieceNotices::addresses);
        return note.get().notifications().stream()
                .filter(notice -> !notice.address().equals(Actor.MARKET))
                .map(notice ->
                        new Notice(notice.address(), notice.payload().length, fate(notice.address(), told, sector)))
                .toList();
    }

    private static Fate fate(Address receiver, Optional<Set<Address>> told, Optional<SectorRecord> sector) {
        var message = sector.flatMap(SectorRecord::commitCid);
        if (told.isEmpty() || message.isEmpty()) {
            return new Fate.Waiting();
        }
        if (!told.get().contains(receiver)) {
            return new Fate.LeftOut();
        }
        return sector.flatMap(SectorRecord::activation)
                .<Fate>map(epoch -> new Fate.Told(message.get(), epoch))
                .orElseGet(() -> new Fate.Sent(message.get()));
    }

    /** Writes down whom the message that was sent for a deal's sector tells. */
    static void sent(Tx tx, UUID deal, PieceActivationManifest manifest) {
        var told = manifest.notifications().stream()
                .map(DataActivationNotification::address)
                .map(Address::toString)
                .collect(Collectors.joining(" "));
        tx.meta().put(name(deal), told);
    }

    private static Set<Address> addresses(String text) {
        return Arrays.stream(text.split(" "))
                .filter(word -> !word.isEmpty())
                .map(Address::parse)
                .collect(Collectors.toSet());
    }

    private static String name(UUID deal) {
        return "sealing.told." + deal;
    }
}
