package io.adit.chain.message;

import io.adit.core.state.MessageCandidate;
import io.adit.core.state.MessageRecord;
import java.util.List;
import java.util.Optional;

/**
 * A message as people look at it.
 *
 * @param candidates everything that was signed for it, the first one first; empty while nothing is
 * @param why in one line, what it waits for; empty when it has been executed
 */
public record MessageView(MessageRecord record, List<MessageCandidate> candidates, Optional<String> why) {
    public MessageView {
        candidates = List.copyOf(candidates);
    }
}
