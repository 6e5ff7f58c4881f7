package io.adit.sealing.proving;

import io.adit.chain.type.DeadlineInfo;
import io.adit.core.fil.Epoch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One deadline at one time: the window in which its partitions must be proven.
 *
 * @param deadline its index in the proving period
 * @param open first epoch at which a proof is accepted
 * @param close first epoch at which it no longer is
 * @param challenge the epoch whose randomness the proof answers
 * @param faultCutoff first epoch at which faults and recoveries can no longer be declared for it
 */
record ProvingWindow(long deadline, Epoch open, Epoch close, Epoch challenge, Epoch faultCutoff) {

    /** Epochs that a message is given to be signed, sent and included before the window closes. */
    private static final long EPOCHS_TO_LAND = 5;

    /** From the head, or else the opening, until the proof must be made if its message is to get onto the chain in time. */
    Duration left(Optional<Epoch> head, Duration epochTime) {
        long epochs = close.minus(head.orElse(open)) - EPOCHS_TO_LAND;
        return epochTime.multipliedBy(Math.max(0, epochs));
    }

    /** The window open at the epoch that the node answered for, and the given number of windows after it. */
    static List<ProvingWindow> from(DeadlineInfo now, int following) {
        var windows = new ArrayList<ProvingWindow>();
        for (int ahead = 0; ahead <= following; ahead++) {
            long later = Math.multiplyExact(ahead, now.wPoStChallengeWindow());
            windows.add(new ProvingWindow(
                    (now.index() + ahead) % now.wPoStPeriodDeadlines(),
                    now.open().plus(later),
                    now.close().plus(later),
                    now.challenge().plus(later),
                    now.faultCutoff().plus(later)));
        }
        return windows;
    }

    /** The same deadline's window so many epochs after. */
    ProvingWindow later(long epochs) {
        return new ProvingWindow(
                deadline, open.plus(epochs), close.plus(epochs), challenge.plus(epochs), faultCutoff.plus(epochs));
    }

    /** The same deadline's window so many epochs before. */
    ProvingWindow earlier(long epochs) {
        return new ProvingWindow(
                deadline, open.minus(epochs), close.minus(epochs), challenge.minus(epochs), faultCutoff.minus(epochs));
    }

    /**
     * How many windows ahead are looked at: those that the cutoff has closed already, the first that can still be
     * declared for, and one more, so that a chain in a hurry does not pass the time in which it can be done.
     */
    static int declarableAhead(DeadlineInfo now) {
        return (int) Math.ceilDiv(now.faultDeclarationCutoff(), now.wPoStChallengeWindow()) + 2;
    }
}
