package io.adit.core.slash;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Epoch;

/** The highest epoch that a guard was told of, by which it judges what an operator states: a floor never sinks again. */
final class ChainEpoch {
    /** A day. */
    private static final long MAX_AHEAD = 2880;

    private long epoch = -1;

    void isAt(Epoch now) {
        epoch = Math.max(epoch, now.value());
    }

    long epoch() {
        return epoch;
    }

    /** @throws InvalidValueException if an operator cannot mean it */
    void requireStated(Epoch stated) {
        if (stated.value() < 0) {
            throw refusal(stated.value());
        }
        requireNear(stated.value());
    }

    /** @throws InvalidValueException if an epoch of a file is more than a day ahead of the chain, where that has been seen */
    void requireNear(ProtectionFile.Part part) {
        requireNear(part.signedUpTo());
        part.blocks().forEach(block -> requireNear(block.epoch().value()));
    }

    private void requireNear(long stated) {
        if (epoch >= 0 && stated > epoch + MAX_AHEAD) {
            throw refusal(stated);
        }
    }

    private InvalidValueException refusal(long stated) {
        var limit = epoch < 0 ? "at least 0" : "0 to " + (epoch + MAX_AHEAD) + ", a day after the chain's epoch";
        return new InvalidValueException("last epoch that may be signed", stated, limit);
    }
}
