package io.adit.sealing;

import io.adit.core.state.MessageRecord;
import io.adit.core.state.MessageState;
import io.adit.core.state.StateStore;
import java.util.Optional;

/**
 * The outbox refuses the key of a signed message with other contents. Deposits and pledges change with every epoch, so a
 * step that runs again asks with what was signed instead of computing anew.
 */
public final class StoredIntents {

    private StoredIntents() {}

    /**
     * The message of this key, if it was signed: from then on these bytes are the ones that are sent. Empty also where
     * another message has used its nonce, so that it can never be executed.
     */
    public static Optional<MessageRecord> signed(StateStore store, String key) {
        return store.read(tx -> tx.messages().find(key))
                .filter(record -> record.cid().isPresent() && !isLost(record));
    }

    /** Whether the outbox has given the message up: its nonce went to another one. */
    public static boolean isLost(MessageRecord record) {
        return record.state() == MessageState.FAILED && record.exitCode().isEmpty();
    }
}
