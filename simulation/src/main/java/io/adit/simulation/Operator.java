package io.adit.simulation;

import io.adit.chain.message.MessageControl;
import io.adit.chain.message.MessageView;
import io.adit.core.error.AditException;
import io.adit.core.state.MessageState;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A person at the command line who makes messages dearer, or gives them up, whatever they are. */
final class Operator {
    private static final int LOOKED_AT = 20;

    private static final Set<MessageState> UNDER_WAY =
            EnumSet.of(MessageState.INTENT, MessageState.SIGNED, MessageState.PUSHED);

    /** The outbox's keys of window proofs: {@code post/WINDOW/PARTITION}, or {@code FIRSTxCOUNT} for several; perhaps a try. */
    private static final Pattern PROOF =
            Pattern.compile("post/(?<open>[0-9]+)/(?<first>[0-9]+)(?:x(?<count>[0-9]+))?(?:/.*)?");

    private final RandomGenerator random;
    private final Coverage coverage;
    private final Set<String> givenUp = new HashSet<>();

    Operator(RandomGenerator random, Coverage coverage) {
        this.random = random;
        this.coverage = coverage;
    }

    /** {@code adit messages replace} with one of the messages under way. */
    void replace(MessageControl control) {
        choose(control).ifPresent(view -> {
            try {
                control.replace(view.record().intentKey(), MessageControl.Fees.CHOSEN);
                coverage.saw("message replaced by the operator");
            } catch (AditException refused) {
                coverage.saw("operator refused: " + refused.code());
            }
        });
    }

    /** {@code adit messages cancel --really-do-it} with one of the messages under way. */
    void cancel(MessageControl control) {
        choose(control).ifPresent(view -> {
            // Noted before: the wish may be gone although no answer comes.
            givenUp.add(view.record().intentKey());
            try {
                control.cancel(view.record().intentKey(), true);
                coverage.saw("message cancelled by the operator");
            } catch (AditException refused) {
                coverage.saw("operator refused: " + refused.code());
            }
        });
    }

    private Optional<MessageView> choose(MessageControl control) {
        List<MessageView> all;
        try {
            all = control.recent(LOOKED_AT);
        } catch (AditException nodeIsAway) {
            return Optional.empty();
        }
        var open = all.stream()
                .filter(view -> UNDER_WAY.contains(view.record().state()))
                .toList();
        return open.isEmpty() ? Optional.empty() : Optional.of(open.get(random.nextInt(open.size())));
    }

    /** Whether somebody tried to give up the window proof of a partition, alone or with its neighbours in one message. */
    boolean gaveUpProof(long windowOpen, long partition) {
        return givenUp.stream().map(PROOF::matcher).filter(Matcher::matches).anyMatch(proof -> {
            long first = Long.parseLong(proof.group("first"));
            long count = Optional.ofNullable(proof.group("count"))
                    .map(Long::parseLong)
                    .orElse(1L);
            return Long.parseLong(proof.group("open")) == windowOpen && partition >= first && partition < first + count;
        });
    }

    /** Whether somebody tried to give up any message. */
    boolean gaveUpAny() {
        return !givenUp.isEmpty();
    }
}
