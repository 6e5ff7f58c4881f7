package io.adit.sealing.pipeline;

import io.adit.chain.message.MessageIntent;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.Cid;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorState;
import io.adit.core.state.Tx;
import io.adit.core.task.Outcome;
import java.util.List;
import java.util.Optional;

/**
 * A kind of message that says something of one or more sectors: what a sector puts into it, and what the whole message is.
 *
 * @param <P> what one sector puts in
 */
interface SectorMessage<P> {

    /** Whether a sector's part can go out now. */
    sealed interface Check<P> {
        /** It can. */
        record Fit<P>(P part) implements Check<P> {}

        /** It cannot, and this is what the sector does instead. */
        record Unfit<P>(Outcome instead) implements Check<P> {}
    }

    /** The first word of its keys in the outbox. */
    String purpose();

    /** How long, how many, and how near to the end. */
    BatchRule rule();

    /** The state of sectors that are about to be ready for such a message. */
    SectorState stateBefore();

    /** By when the chain must have executed the sector's message. */
    Epoch due(Tx tx, SectorRecord sector, Epoch head);

    /** What the sector does instead of sending, when the chain shows that there is nothing to send. */
    Optional<Outcome> elsewhere(SectorRecord sector, SectorId id, TipSet head);

    /** Looks at the sector and at the chain; changes nothing. */
    Check<P> check(SectorRecord sector, SectorId id, TipSet head);

    /** The message with these parts, by sector number. */
    MessageIntent intent(String key, List<P> parts, TipSet head);

    /** The sectors that a signed message speaks of, in its order. */
    List<SectorNumber> sectorsIn(byte[] params);

    /** What follows for one of its sectors when the message is sent. */
    Outcome sent(SectorRecord sector, byte[] params, Cid cid);
}
