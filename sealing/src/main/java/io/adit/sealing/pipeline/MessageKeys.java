package io.adit.sealing.pipeline;

import io.adit.core.fil.SectorNumber;
import io.adit.core.state.MessageState;
import io.adit.core.state.Tx;
import io.adit.sealing.StoredIntents;
import java.util.List;

/**
 * Outbox keys of a sector's messages. A key names the attempt, which grows only when the chain has refused the message
 * before; so a step that runs again after a crash finds its message instead of sending a second one.
 */
final class MessageKeys {

    static final String PRE_COMMIT = "precommit";
    static final String COMMIT = "commit";

    private MessageKeys() {}

    static String current(Tx tx, String purpose, SectorNumber sector) {
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
        return tx.meta().get(name(purpose, sector)).map(Integer::parseInt).orElse(0);
    }

    static void nextAttempt(Tx tx, String purpose, SectorNumber sector) {
        tx.meta().put(name(purpose, sector), Integer.toString(attempt(tx, purpose, sector) + 1));
    }

    /** A sector that is proving sends none of these any more. */
    static void forget(Tx tx, SectorNumber sector) {
        tx.meta().remove(name(PRE_COMMIT, sector));
        tx.meta().remove(name(COMMIT, sector));
    }

    private static String name(String purpose, SectorNumber sector) {
        return "sealing.attempt." + purpose + "." + sector.value();
    }
}
