package io.adit.sealing.pipeline;

import io.adit.chain.message.MessageErrorCode;
import io.adit.chain.signer.SignerErrorCode;
import io.adit.chain.type.TipSet;
import io.adit.core.error.AditException;
import io.adit.core.error.ErrorCode;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.Cid;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.Tx;
import io.adit.core.task.CrashPoints;
import io.adit.core.task.Outcome;
import io.adit.core.task.TaskContext;
import io.adit.sealing.StoredIntents;
import io.adit.sealing.pipeline.Gatherings.Gathering;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a sector's message, and takes along every other sector that is ready for one of the same kind. Any of them may
 * send: it holds those that nobody else {@linkplain Gatherings gathers}, asks the full node about each, writes down in one
 * transaction which sectors share which key, and asks the outbox under that key. As long as nothing is signed the parts may
 * still change; from then on the signed message says whom it speaks of, and the other sectors' tasks find it under their
 * key. A full node that takes its time keeps only those waiting that it was asked about.
 *
 * <p>A message of several sectors that the node refuses, or that cannot be paid, is taken apart: each of them goes alone
 * then, and only the one that is at fault stays behind.
 */
final class SendTask<P> extends SectorTask {

    private static final Logger LOG = LoggerFactory.getLogger(SendTask.class);

    /** What may be the fault of one sector, or passes for a message that asks for less. */
    private static final Set<ErrorCode> TAKES_APART = Set.of(
            MessageErrorCode.MESSAGE_WOULD_FAIL,
            MessageErrorCode.MESSAGE_REFUSED,
            MessageErrorCode.MESSAGE_INSUFFICIENT_FUNDS,
            MessageErrorCode.MESSAGE_LANE_CAP,
            SignerErrorCode.SIGNER_POLICY_REFUSED);

    /** A message may have 64 KiB (Lotus {@code MaxMessageSize}), with its signature and everything beside the parameters. */
    private static final int MOST_BYTES = (64 << 10) - 512;

    /** Less than what a task waits that was told to wait. */
    private static final Duration ASK_AGAIN = Duration.ofSeconds(8);

    /** Why a message of several sectors did not go out. */
    private record Told(String key, Instant at, AditException why) {}

    /** What a look at the database, in turn, says is to be done. */
    private sealed interface Move {
        record Wait(String why) implements Move {}

        record Resume(String key) implements Move {}

        record Gather(Gathering gathering, List<SectorRecord> others) implements Move {}
    }

    private final SectorMessage<P> message;
    private final WaitingSectors waiting;
    private final Gatherings gatherings;

    /** Read and written in turn only. */
    private Optional<Told> lastTold = Optional.empty();

    SendTask(SealingContext context, SealingStep step, SealingMetrics metrics, SectorMessage<P> message, Lock turn) {
        super(context, step, metrics);
        this.message = message;
        this.waiting = new WaitingSectors(step, message);
        this.gatherings = new Gatherings(turn);
    }

    @Override
    Outcome run(SectorRecord sector, SectorId id, TaskContext task) {
        Optional<String> held = gatherings.inTurn(() -> gatherings.waitsFor(sector.number(), task.now()));
        if (held.isPresent()) {
            return context.atNextHead(held.get());
        }
        TipSet head = context.node().chainHead();
        Optional<Outcome> elsewhere = message.elsewhere(sector, id, head);
        if (elsewhere.isPresent()) {
            return elsewhere.get();
        }
        return switch (gatherings.inTurn(() -> decide(sector, head, task.now()))) {
            case Move.Wait wait -> context.atNextHead(wait.why());
            // The same bytes go out again; whether a reorg has made them useless is for the wait to find out.
            case Move.Resume resume ->
                sent(sector, resume.key(), context.outbox().resume(resume.key()).orElseThrow());
            case Move.Gather gather -> {
                try {
                    yield gatherAndSend(sector, id, head, gather, task);
                } finally {
                    gatherings.inTurn(() -> {
                        gatherings.end(gather.gathering());
                        return gather;
                    });
                }
            }
        };
    }

    private Move decide(SectorRecord sector, TipSet head, Instant now) {
        // Another may have begun to gather it while the full node was asked.
        Optional<String> held = gatherings.waitsFor(sector.number(), now);
        if (held.isPresent()) {
            return new Move.Wait(held.get());
        }
        String key = context.store().transact(tx -> MessageKeys.toSend(tx, message.purpose(), sector.number()));
        Optional<MessageRecord> signed = StoredIntents.signed(context.store(), key);
        if (signed.isPresent()) {
            if (names(signed.get(), sector)) {
                return new Move.Resume(key);
            }
            // It was left out of the message because it was not fit, and is ready again.
            context.store().transactVoid(tx -> MessageKeys.leave(tx, message.purpose(), sector.number()));
        }
        throwWhatOneOfThemWasTold(key, now);
        WaitingSectors.Found found =
                context.store().read(tx -> waiting.find(tx, sector, head.height(), gatherings::isHeld));
        Optional<String> waits = message.rule().waitsFor(found.ready(), found.coming(), now, head.height());
        if (waits.isPresent()) {
            return new Move.Wait(waits.get());
        }
        var others = found.others().stream().map(SectorRecord::number).toList();
        return new Move.Gather(gatherings.begin(sector.number(), others, now), found.others());
    }

    private Outcome gatherAndSend(SectorRecord sector, SectorId id, TipSet head, Move.Gather gather, TaskContext task) {
        var parts = new TreeMap<SectorNumber, P>(Comparator.comparingLong(SectorNumber::value));
        switch (message.check(sector, id, head)) {
            case SectorMessage.Check.Unfit<P> unfit -> {
                context.store().transactVoid(tx -> MessageKeys.leave(tx, message.purpose(), sector.number()));
                return unfit.instead();
            }
            case SectorMessage.Check.Fit<P> fit -> parts.put(sector.number(), fit.part());
        }
        P own = parts.firstEntry().getValue();
        takeAlong(parts, gather, head, task);
        String key = gatherings.inTurn(() -> share(sector.number(), parts, gather.gathering(), task.now()));
        CrashPoints.reach(kind() + ".gathered");
        try {
            return sent(sector, key, send(sector.number(), own, key, parts, head));
        } catch (AditException e) {
            var told = parts.size() > 1 ? Optional.of(new Told(key, task.now(), e)) : Optional.<Told>empty();
            gatherings.inTurn(() -> lastTold = told);
            throw e;
        }
    }

    /** Whoever has been taken out since it was asked about, or has a message by now, is no part any more. */
    private String share(SectorNumber self, SortedMap<SectorNumber, P> parts, Gathering gathering, Instant now) {
        parts.keySet().removeIf(number -> !gatherings.stillHolds(gathering, number, now));
        WaitingSectors.Shared shared = context.store().transact(tx -> waiting.share(tx, self, parts.keySet()));
        parts.keySet().retainAll(shared.sectors());
        gatherings.send(gathering, parts.keySet());
        return shared.key();
    }

    /** One of those that share a message asks for all; the others need not ask the same node the same a moment later. */
    private void throwWhatOneOfThemWasTold(String key, Instant now) {
        lastTold = lastTold.filter(told -> now.isBefore(told.at().plus(ASK_AGAIN)) && !now.isBefore(told.at()));
        if (lastTold.filter(told -> told.key().equals(key)).isPresent()) {
            throw lastTold.get().why();
        }
    }

    private void takeAlong(SortedMap<SectorNumber, P> parts, Move.Gather gather, TipSet head, TaskContext task) {
        for (SectorRecord other : gather.others()) {
            if (parts.size() >= message.rule().most()) {
                return;
            }
            if (!gatherings.inTurn(() -> gatherings.stillHolds(gather.gathering(), other.number(), task.now()))) {
                continue;
            }
            var id = context.settings().sector(other.number());
            if (message.elsewhere(other, id, head).isEmpty()
                    && message.check(other, id, head) instanceof SectorMessage.Check.Fit<P> fit) {
                parts.put(other.number(), fit.part());
                if (message.intent(message.purpose(), List.copyOf(parts.values()), head)
                                .params()
                                .length
                        > MOST_BYTES) {
                    parts.remove(other.number());
                    return;
                }
            }
        }
    }

    private Cid send(SectorNumber self, P own, String key, SortedMap<SectorNumber, P> parts, TipSet head) {
        try {
            Cid cid = context.outbox().send(message.intent(key, List.copyOf(parts.values()), head));
            if (parts.size() > 1) {
                LOG.info("message {} speaks of {} sectors: {}", key, parts.size(), parts.keySet());
            }
            return cid;
        } catch (AditException e) {
            boolean signed = StoredIntents.signed(context.store(), key).isPresent();
            if (!signed && parts.size() == 1 && e.code() == MessageErrorCode.MESSAGE_WOULD_FAIL) {
                context.store().transactVoid(tx -> MessageKeys.tellNoStrangers(tx, message.purpose(), self));
            }
            if (signed || parts.size() == 1 || !TAKES_APART.contains(e.code())) {
                throw e;
            }
            LOG.warn("message {} of {} sectors is taken apart: {}", key, parts.size(), e.getMessage());
            context.store().transactVoid(tx -> takeApart(tx, self, new ArrayList<>(parts.keySet())));
            CrashPoints.reach(kind() + ".apart");
            return context.outbox().send(message.intent(key, List.of(own), head));
        }
    }

    /** The sector whose task this is keeps the key, since something may be stored under it. */
    private void takeApart(Tx tx, SectorNumber self, List<SectorNumber> sectors) {
        for (SectorNumber number : sectors) {
            MessageKeys.goAlone(tx, message.purpose(), number);
            if (!number.equals(self)) {
                MessageKeys.leave(tx, message.purpose(), number);
            }
        }
    }

    private boolean names(MessageRecord signed, SectorRecord sector) {
        return message.sectorsIn(signed.params().array()).contains(sector.number());
    }

    private Outcome sent(SectorRecord sector, String key, Cid cid) {
        byte[] params = StoredIntents.signed(context.store(), key)
                .map(record -> record.params().array())
                .orElseThrow();
        return message.sent(sector, params, cid);
    }
}
