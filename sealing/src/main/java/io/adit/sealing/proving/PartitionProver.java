package io.adit.sealing.proving;

import io.adit.chain.actor.SectorOnChainInfo;
import io.adit.chain.message.MessageErrorCode;
import io.adit.chain.node.MessageLookup;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.ActorKind;
import io.adit.chain.type.ExitCode;
import io.adit.chain.type.TipSet;
import io.adit.core.error.AditException;
import io.adit.core.error.ErrorCode;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;
import io.adit.core.ipld.Cid;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.MessageState;
import io.adit.core.task.CrashPoints;
import io.adit.sealing.StoredIntents;
import io.adit.sealing.proving.PartitionProof.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees one partition through one window, on a thread of its own: make the proof, store it, send it when the window is
 * open, watch it until the chain has accepted it. Whatever goes wrong is tried again at the next head until the window
 * closes.
 */
final class PartitionProver {

    private static final Logger LOG = LoggerFactory.getLogger(PartitionProver.class);

    /** Refused messages cost gas: after this many, each next one waits longer, up to {@link #LONGEST_PAUSE} epochs. */
    private static final int QUICK_REFUSALS = 3;

    private static final long LONGEST_PAUSE = 10;

    /** Epochs that a message of an abandoned block is given to be in a block of the new chain. */
    private static final long LANDS_AGAIN_WITHIN = 3;

    /** Below it the machine speaks: out of gas, out of funds. The actor, and with it the proof, was not reached. */
    private static final long FIRST_ACTOR_CODE = 16;

    /** What a message of several partitions may owe to one of them, or what a smaller one may not meet. */
    private static final Set<ErrorCode> FAILS_TOGETHER = Set.of(
            MessageErrorCode.MESSAGE_WOULD_FAIL,
            MessageErrorCode.MESSAGE_REFUSED,
            MessageErrorCode.MESSAGE_INSUFFICIENT_FUNDS,
            MessageErrorCode.MESSAGE_FEE_LIMIT);

    private final ProvingContext context;
    private final PartitionProofMaker maker;
    private final HeadWatch heads;
    private final ProofLane lane;
    private final ProvingWindow window;
    private final PartitionBatch batch;
    private final WindowOnChain onChain;
    private final ProofMessages messages;
    private int refusals;
    private Epoch notBefore;
    private boolean judged;

    private boolean failed;

    /** At the last look every sector was faulty or gone. */
    private boolean nothingDue;

    /** The first head on whose chain an accepted proof was missing. */
    private Optional<Epoch> goneSince;

    PartitionProver(
            ProvingContext context,
            PartitionProofMaker maker,
            PostGas gas,
            HeadWatch heads,
            ProofLane lane,
            ProvingWindow window,
            PartitionBatch batch) {
        this.context = context;
        this.maker = maker;
        this.heads = heads;
        this.lane = lane;
        this.window = window;
        this.batch = batch;
        this.onChain = new WindowOnChain(context, maker, window, batch);
        this.messages = new ProofMessages(context, gas, window);
        this.notBefore = window.open();
        this.goneSince = Optional.empty();
    }

    /**
     * Runs until the window is closed or the scheduler stops; also when the partition was accepted long before, since
     * until then a reorg may take that back.
     */
    void run() throws InterruptedException {
        Optional<TipSet> head = heads.latest();
        boolean isOpen =
                head.filter(now -> now.height().isBefore(window.close())).isPresent();
        PartitionProof proof = context.journal()
                .find(window, batch)
                .map(stored -> isOpen ? reopened(stored) : stored)
                .orElseGet(() -> PartitionProof.begin(window, batch));
        while (!heads.isClosed() && proof.phase() != Phase.MISSED && proof.phase() != Phase.SPLIT) {
            boolean progressed = false;
            if (head.isPresent()) {
                if (!head.get().height().isBefore(window.close())) {
                    if (!proof.hasEnded()) {
                        end(proof);
                    }
                    return;
                }
                PartitionProof before = proof;
                proof = guarded(proof, head.get());
                progressed = !proof.equals(before);
            }
            // What took long is followed by a look at the head as it is by now, not by a wait.
            head = progressed ? heads.latest() : heads.awaitOther(head, pause(proof));
        }
    }

    /** A head that was ahead of the truth has made the window look closed: all but what the operator gave up goes on. */
    private PartitionProof reopened(PartitionProof stored) {
        if (stored.phase() != Phase.MISSED || wasCancelled(context, stored)) {
            return stored;
        }
        LOG.warn(
                "window proof of deadline {} partition {} goes on: it was given up as if epoch {} were there",
                window.deadline(),
                batch,
                window.close().value());
        return context.journal().save(stored.reopened());
    }

    /** Whether nothing is left to do for it, although its window is open. */
    static boolean wasCancelled(ProvingContext context, PartitionProof proof) {
        return context.outbox()
                .record(proof.messageKey())
                .filter(record -> record.state() == MessageState.CANCELLED)
                .isPresent();
    }

    /** How long to wait at a head: a message may be lost by the node, and what failed be right again, at the same one. */
    private Duration pause(PartitionProof proof) {
        return failed || proof.phase() == Phase.SENT ? context.settings().poll() : HeadWatch.SAME_AGAIN;
    }

    private PartitionProof guarded(PartitionProof proof, TipSet head) throws InterruptedException {
        try {
            failed = false;
            return step(proof, head);
        } catch (RuntimeException e) {
            failed = true;
            context.metrics().failed();
            LOG.warn(
                    "window proof of deadline {} partition {} (closes at epoch {}): {}",
                    window.deadline(),
                    batch,
                    window.close().value(),
                    e.getMessage(),
                    e);
            return proof;
        }
    }

    private PartitionProof step(PartitionProof proof, TipSet head) throws InterruptedException {
        if (proof.phase() == Phase.ACCEPTED) {
            return lookAgain(proof, head);
        }
        Randomness challenge = context.challenge(window, head);
        if (proof.phase() == Phase.SENT) {
            return follow(proof, challenge, head);
        }
        if (!proof.answers(challenge)) {
            return batch.count() > 1 && isLate(head)
                    ? split(proof, "half of the window is over and the proof of all of them is not made")
                    : make(proof, challenge, head);
        }
        if (head.height().isBefore(window.open().plus(context.settings().submitConfidence()))
                || head.height().isBefore(notBefore)) {
            return proof;
        }
        return send(proof, head);
    }

    /** From here on one proof less to wait for counts more than gas. */
    private boolean isLate(TipSet head) {
        long length = window.close().minus(window.open());
        return !head.height().isBefore(window.open().plus(length / 2));
    }

    /**
     * A reorg may be deeper than the confidence after which the proof was taken as accepted. The node puts the messages of
     * abandoned blocks back into its pool, so the proof is given some epochs to land again by itself.
     */
    private PartitionProof lookAgain(PartitionProof proof, TipSet head) {
        if (proof.made().isEmpty()) {
            return proof;
        }
        if (onChain.hasProof(proof, head)) {
            goneSince = Optional.empty();
            return judged || proof.message().isEmpty() ? proof : judge(proof, head);
        }
        if (goneSince.isEmpty()) {
            goneSince = Optional.of(head.height());
        }
        if (head.height().isBefore(goneSince.get().plus(LANDS_AGAIN_WITHIN))) {
            return proof;
        }
        goneSince = Optional.empty();
        LOG.warn(
                "a reorg has taken back the accepted window proof of deadline {} partition {}; it is sent again",
                window.deadline(),
                batch);
        return instead(
                proof, proof.unsent("a reorg took the accepted proof back"), "a reorg took the accepted proof back");
    }

    /**
     * The chain accepts a proof unseen (FIP-0010) and lets anybody dispute it. So it is verified once more as a disputer
     * would: over the sectors that the chain, with the message executed, counts as proven.
     */
    private PartitionProof judge(PartitionProof proof, TipSet head) {
        List<SectorOnChainInfo> sectors = onChain.counted(proof, head);
        boolean holds =
                !sectors.isEmpty() && maker.holds(proof.made().orElseThrow(), context.challenge(window, head), sectors);
        judged = true;
        if (holds) {
            return proof;
        }
        context.metrics().acceptedBad();
        LOG.error(
                "THE CHAIN HAS ACCEPTED A BAD WINDOW PROOF of deadline {} partition {}: it does not verify here over the"
                        + " {} sectors that the chain counts as proven. Anybody may dispute it for 1800 epochs after epoch"
                        + " {}, which costs a fine and these sectors' power",
                window.deadline(),
                batch,
                sectors.size(),
                window.close().value());
        return context.journal().save(proof.ended(Phase.ACCEPTED, "accepted, but it does not verify: may be disputed"));
    }

    private PartitionProof make(PartitionProof proof, Randomness challenge, TipSet head) throws InterruptedException {
        Map<Long, BitField> due = onChain.due(head);
        BitField all = due.values().stream().reduce(BitField.EMPTY, BitField::union);
        if (all.isEmpty()) {
            // The next head may show it otherwise: a reorg takes declarations back, a node may be wrong.
            nothingDue = true;
            return proof;
        }
        nothingDue = false;
        List<SectorOnChainInfo> sectors =
                context.node().stateMinerSectors(context.miner(), Optional.of(all), head.key());
        try (var turn = lane.forWindow(window.close(), this::timeLeft)) {
            if (heads.latest()
                    .filter(now -> !now.height().isBefore(window.close()))
                    .isPresent()) {
                // It closed while others were proven; those that wait can still be in time.
                return proof;
            }
            PartitionProofMaker.Result result = maker.make(sectors, challenge, turn);
            var made = new PartitionProof.Made(
                    result.challenge(), result.type(), result.proof(), WindowOnChain.proven(due, result.skipped()));
            context.refused().made(result.refused(), all.minus(result.skipped()), window);
            onChain.made(due);
            context.metrics().proven(result.took());
            context.metrics().skipped(result.skipped().cardinality());
            LOG.info(
                    "proved deadline {} partition {}: {} sectors, {} skipped, {} ms, window {} to {}, chain at {}",
                    window.deadline(),
                    batch,
                    sectors.size(),
                    result.skipped().cardinality(),
                    result.took().toMillis(),
                    window.open().value(),
                    window.close().value(),
                    head.height().value());
            PartitionProof proven = context.journal().save(proof.proven(made, result.skippedBecause()));
            CrashPoints.reach("post.proven");
            return proven;
        } catch (RuntimeException e) {
            if (batch.count() == 1 || heads.isClosed()) {
                throw e;
            }
            return split(proof, String.valueOf(e.getMessage()));
        }
    }

    /** By the newest head, and by the clock since: a full node that stands still stops neither the chain nor the window. */
    private Duration timeLeft() {
        Duration left = window.left(
                        heads.latest().map(TipSet::height), context.settings().epochTime())
                .minus(heads.age());
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** What fails together is tried apart, so that one partition cannot sink the others. */
    private PartitionProof split(PartitionProof proof, String why) {
        LOG.warn(
                "window proof of deadline {} partitions {} is made partition by partition: {}",
                window.deadline(),
                batch,
                why);
        return instead(proof, proof.ended(Phase.SPLIT, why), why);
    }

    /** From here on another message is wanted, if one of this proof was asked for at all. */
    private PartitionProof instead(PartitionProof proof, PartitionProof next, String why) {
        // In this order: what is given up and still goes on after a crash would pass for cancelled by the operator.
        var saved = context.journal().save(next);
        try {
            context.outbox().giveUp(proof.messageKey(), why);
        } catch (AditException e) {
            // The outbox gives it up by itself once its window is long closed.
            LOG.warn("giving up message {}, which nobody wants any more: {}", proof.messageKey(), e.getMessage());
        }
        return saved;
    }

    private PartitionProof send(PartitionProof proof, TipSet head) {
        Optional<MessageRecord> signed = StoredIntents.signed(context.store(), proof.messageKey());
        if (signed.isEmpty() && onChain.hasProof(proof, head)) {
            return context.journal().save(proof.ended(Phase.ACCEPTED, "the chain has a proof of it already"));
        }
        if (signed.isEmpty() && !onChain.holds(proof, head)) {
            return makeAgain(proof, "the sectors to be proven are others since a reorg");
        }
        OptionalLong tooMuch = signed.isPresent() || batch.count() == 1 || isLate(head)
                ? OptionalLong.empty()
                : messages.beyondLimit(proof, head);
        if (tooMuch.isPresent()) {
            return split(
                    proof,
                    "the message would have a gas limit of " + tooMuch.getAsLong() + ", "
                            + context.settings().gasPerMessage() + " are allowed");
        }
        Cid cid;
        try {
            cid = signed.isPresent()
                    ? context.outbox().resume(proof.messageKey()).orElseThrow()
                    : context.outbox().send(messages.intent(proof, head));
        } catch (AditException e) {
            if (e.code() == MessageErrorCode.MESSAGE_CANCELLED) {
                return cancelled(proof);
            }
            if (batch.count() > 1
                    && FAILS_TOGETHER.contains(e.code())
                    && StoredIntents.signed(context.store(), proof.messageKey()).isEmpty()) {
                return split(proof, String.valueOf(e.getMessage()));
            }
            if (e.code() != MessageErrorCode.MESSAGE_KEY_REUSED) {
                throw e;
            }
            // An earlier try was never signed, and a reorg has changed what has to be said since.
            return context.journal().save(proof.unsent(proof.note()));
        }
        CrashPoints.reach("post.sent");
        LOG.info(
                "sent window proof of deadline {} partition {} as {} at epoch {}",
                window.deadline(),
                batch,
                cid,
                head.height().value());
        return context.journal().save(proof.sent(cid));
    }

    private PartitionProof follow(PartitionProof proof, Randomness challenge, TipSet head) {
        Optional<MessageLookup> found;
        try {
            found = context.outbox()
                    .found(proof.messageKey(), context.settings().messageConfidence());
        } catch (AditException e) {
            if (e.code() == MessageErrorCode.MESSAGE_CANCELLED) {
                return cancelled(proof);
            }
            if (e.code() != MessageErrorCode.MESSAGE_NONCE_TAKEN) {
                throw e;
            }
            return sendAgain(proof, challenge, "another message has used its nonce");
        }
        if (found.isEmpty()) {
            // A reorg below the challenge makes the sent proof worthless, if it is not on this chain anyway.
            return proof.answers(challenge) ? proof : makeAgain(proof, "a reorg changed the challenge");
        }
        if (found.get().receipt().isSuccess()) {
            context.metrics().accepted(window.close().minus(found.get().height()));
            return context.journal().save(proof.ended(Phase.ACCEPTED, proof.note()));
        }
        return refused(proof, challenge, head, found.get().receipt().exitCode());
    }

    /**
     * A refused proof that verified here is made again only when the actor refused it for what it is; running out of gas,
     * or a fork that the message was not made for, does not make a proof of an hour worthless.
     */
    private PartitionProof refused(PartitionProof proof, Randomness challenge, TipSet head, long exit) {
        context.metrics().refused();
        refusals++;
        long pause = refusals <= QUICK_REFUSALS ? 0 : Math.min(1L << (refusals - QUICK_REFUSALS), LONGEST_PAUSE);
        notBefore = head.height().plus(pause);
        String why = "the chain refused the message with exit code " + exit + " ("
                + ExitCode.explain(exit, ActorKind.MINER) + ")";
        boolean namesTheProof = exit >= FIRST_ACTOR_CODE && messages.isForThisFork(proof, head);
        if (batch.count() > 1 && (namesTheProof || refusals > 1)) {
            return split(proof, why);
        }
        return namesTheProof ? makeAgain(proof, why) : sendAgain(proof, challenge, why);
    }

    private PartitionProof sendAgain(PartitionProof proof, Randomness challenge, String why) {
        if (!proof.answers(challenge)) {
            return makeAgain(proof, why + ", and a reorg changed the challenge");
        }
        LOG.warn("window proof of deadline {} partition {} is sent again: {}", window.deadline(), batch, why);
        return instead(proof, proof.unsent(why), why);
    }

    private PartitionProof makeAgain(PartitionProof proof, String why) {
        LOG.warn("window proof of deadline {} partition {} is made again: {}", window.deadline(), batch, why);
        return instead(proof, proof.again(why), why);
    }

    /** The operator gave the message up: nothing is sent in its place. */
    private PartitionProof cancelled(PartitionProof proof) {
        missed(proof, "its message was cancelled");
        return proof.ended(Phase.MISSED, "its message was cancelled");
    }

    /** The window is over. Its message may still be among the last ones executed. */
    private void end(PartitionProof proof) {
        if (proof.phase() == Phase.PROVING && nothingDue) {
            context.journal().save(proof.ended(Phase.ACCEPTED, "nothing to prove: every sector is faulty or gone"));
            return;
        }
        Optional<MessageLookup> found;
        try {
            found = proof.phase() == Phase.SENT ? context.outbox().found(proof.messageKey(), 0) : Optional.empty();
        } catch (RpcException e) {
            throw e;
        } catch (AditException e) {
            // It can never be executed, or nobody can tell any more: asking again would not end.
            missed(proof, String.valueOf(e.getMessage()));
            return;
        }
        if (found.isPresent() && found.get().receipt().isSuccess()) {
            context.metrics().accepted(0);
            context.journal().save(proof.ended(Phase.ACCEPTED, proof.note()));
            return;
        }
        missed(proof, proof.note());
    }

    private void missed(PartitionProof proof, String why) {
        context.metrics().missed();
        context.journal().save(proof.ended(Phase.MISSED, why));
        LOG.error(
                "deadline {} partition {} has no accepted proof at its end, epoch {} (last phase {}): its sectors become"
                        + " faulty. {}",
                window.deadline(),
                batch,
                window.close().value(),
                proof.phase(),
                why);
    }
}
