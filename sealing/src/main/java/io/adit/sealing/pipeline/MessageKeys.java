package io.adit.sealing.pipeline;

import io.adit.core.fil.SectorNumber;
import io.adit.core.state.MessageState;
import io.adit.core.state.Tx;
import io.adit.sealing.StoredIntents;
import java.util.List;
import java.util.Optional;

/**
 * Outbox keys of a sector's messages. A key names the attempt, which grows only when the chain has refused the message
 * before; so a step that runs again after a crash finds its message instead of sending a second one. A sector that shares
 * a message with others has that message's key instead of its own, until its next attempt.
 */
final class MessageKeys {

    static final String PRE_COMMIT = "precommit";
    static final String COMMIT = "commit";

    private MessageKeys() {}

    static String current(Tx tx, String purpose, SectorNumber sector) {
        return shared(tx, purpose, sector).orElseGet(() -> own(tx, purpose, sector));
    }

    private static String own(Tx tx, String purpose, SectorNumber sector) {
        return purpose + "/" + sector.value() + "/" + attempt(tx, purpose, sector);
    }

    /** The key to send under: a new one where the last one's message can never be executed. */
    static String toSend(Tx tx, String purpose, SectorNumber sector) {
        boolean useless = tx.messages()
                .find(current(tx, purpose, sector))
                .filter(StoredIntents::isLost)
                .isPresent();
        if (useless) {
            nextAttempt(tx, purpose, sector);
        }
        return current(tx, purpose, sector);
    }

    /** Goes on to new keys where the operator cancelled the last ones. */
    static void pastCancelled(Tx tx, SectorNumber sector) {
        for (String purpose : List.of(PRE_COMMIT, COMMIT)) {
            if (tx.messages()
                    .find(current(tx, purpose, sector))
                    .filter(record -> record.state() == MessageState.CANCELLED)
                    .isPresent()) {
                nextAttempt(tx, purpose, sector);
            }
        }
    }

    static int attempt(Tx tx, String purpose, SectorNumber sector) {
        return tx.meta()
                .get(name("attempt", purpose, sector))
                .map(Integer::parseInt)
                .orElse(0);
    }

    static void nextAttempt(Tx tx, String purpose, SectorNumber sector) {
        tx.meta().put(name("attempt", purpose, sector), Integer.toString(attempt(tx, purpose, sector) + 1));
        leave(tx, purpose, sector);
        tx.meta().remove(name("alone", purpose, sector));
    }

    // ---- messages of several sectors -----------------------------------------------------------------

    /** The key of the message that the sector shares, or is to share, with others. */
    static Optional<String> shared(Tx tx, String purpose, SectorNumber sector) {
        return tx.meta().get(name("shared", purpose, sector));
    }

    /** A key for a message of several sectors that no other message has had. */
    static String newShared(Tx tx, String purpose) {
        String counter = "sealing.shared." + purpose;
        int number = tx.meta().get(counter).map(Integer::parseInt).orElse(0);
        tx.meta().put(counter, Integer.toString(number + 1));
        return purpose + "/batch-" + number;
    }

    /** The sector's message is this one from now on. A wish of its own that was never signed is given up. */
    static void join(Tx tx, String purpose, SectorNumber sector, String key) {
        tx.messages()
                .find(own(tx, purpose, sector))
                .filter(record -> record.state() == MessageState.INTENT)
                .ifPresent(record -> {
                    tx.messages()
                            .update(record.withState(MessageState.CANCELLED)
                                    .withError(Optional.of("its sector goes with others in message " + key)));
                    nextAttempt(tx, purpose, sector);
                });
        tx.meta().put(name("shared", purpose, sector), key);
    }

    /** The sector has no part in a message of several any more; only before that is signed, or when it is over. */
    static void leave(Tx tx, String purpose, SectorNumber sector) {
        tx.meta().remove(name("shared", purpose, sector));
    }

    /** Until its next attempt the sector's message is not shared with any that is not part of it now. */
    static void goAlone(Tx tx, String purpose, SectorNumber sector) {
        tx.meta().put(name("alone", purpose, sector), "true");
    }

    static boolean goesAlone(Tx tx, String purpose, SectorNumber sector) {
        return tx.meta().get(name("alone", purpose, sector)).isPresent();
    }

    /** The sector's message failed, or would: what strangers asked to be told with it is left out from now on. */
    static void tellNoStrangers(Tx tx, String purpose, SectorNumber sector) {
        tx.meta().put(name("quiet", purpose, sector), "true");
    }

    static boolean tellsNoStrangers(Tx tx, String purpose, SectorNumber sector) {
        return tx.meta().get(name("quiet", purpose, sector)).isPresent();
    }

    /** A sector that is proving sends none of these any more. */
    static void forget(Tx tx, SectorNumber sector) {
        for (String purpose : List.of(PRE_COMMIT, COMMIT)) {
            for (String what : List.of("attempt", "shared", "alone", "quiet")) {
                tx.meta().remove(name(what, purpose, sector));
            }
        }
    }

    private static String name(String what, String purpose, SectorNumber sector) {
        return "sealing." + what + "." + purpose + "." + sector.value();
    }
}
