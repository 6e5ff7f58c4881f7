package io.adit.sealing.pipeline;

import io.adit.chain.message.MessageErrorCode;
import io.adit.chain.node.MessageLookup;
import io.adit.chain.type.ActorKind;
import io.adit.chain.type.ExitCode;
import io.adit.core.error.AditException;
import io.adit.core.state.SectorRecord;
import io.adit.core.task.Outcome;
import io.adit.sealing.SealingError;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What follows when the chain executed a sector's message with an error code. Running out of gas is tried again by
 * itself, with a fresh estimate, a few times, and a sector that shared the message with others is tried alone; everything
 * else waits for the operator, with the code in words.
 */
final class MessageRefusal {

    private static final Logger LOG = LoggerFactory.getLogger(MessageRefusal.class);
    private static final long OUT_OF_GAS = 7;
    private static final int AUTOMATIC_ATTEMPTS = 3;

    private final SealingContext context;
    private final SealingMetrics metrics;

    MessageRefusal(SealingContext context, SealingMetrics metrics) {
        this.context = context;
        this.metrics = metrics;
    }

    /**
     * Where the message was executed. One whose nonce went to another message is found nowhere, for good: the row says
     * so from then on, and the step that looks again goes back to sending.
     */
    Optional<MessageLookup> found(String key, int confidence) {
        try {
            return context.outbox().found(key, confidence);
        } catch (AditException e) {
            if (e.code() != MessageErrorCode.MESSAGE_NONCE_TAKEN) {
                throw e;
            }
            LOG.warn("message {} is lost and will be made anew: {}", key, e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * What the chain said of one sector: the message's exit code, or the sector's own where the message did something for
     * others only.
     *
     * @param sectors of how many sectors the message spoke
     */
    record Verdict(MessageLookup lookup, long exit, int sectors) {
        boolean isSuccess() {
            return exit == 0;
        }

        /** Whether the sector may have failed for another's fault. */
        boolean mayBeAnothersFault() {
            return sectors > 1 && !lookup.receipt().isSuccess();
        }
    }

    Outcome outcome(SectorRecord sector, SealingStep sending, String purpose, SealingError code, Verdict verdict) {
        long exit = verdict.exit();
        String why = "message " + verdict.lookup().message() + " ended at epoch "
                + verdict.lookup().height().value() + " with exit code " + exit
                + (verdict.sectors() > 1 ? " for one of its " + verdict.sectors() + " sectors" : "") + " ("
                + ExitCode.explain(exit, ActorKind.MINER) + ")";
        LOG.warn("sector {}: {}", sector.number().value(), why);
        metrics.stepFailed(sending);
        return Outcome.done(tx -> {
            MessageKeys.nextAttempt(tx, purpose, sector.number());
            int attempts = MessageKeys.attempt(tx, purpose, sector.number());
            context.goTo(tx, sector.number(), sending, current -> current);
            if (exit == OUT_OF_GAS && verdict.sectors() == 1) {
                MessageKeys.tellNoStrangers(tx, purpose, sector.number());
            }
            if (verdict.mayBeAnothersFault()) {
                MessageKeys.goAlone(tx, purpose, sector.number());
                return;
            }
            if (exit == OUT_OF_GAS && attempts < AUTOMATIC_ATTEMPTS) {
                return;
            }
            tx.tasks().park(sending.kind(), SealingStep.keyOf(sector.number()), why);
            context.change(
                    tx,
                    sector.number(),
                    current ->
                            current.withState(sending.failedState()).withError(Optional.of(code.name() + ": " + why)));
        });
    }
}
