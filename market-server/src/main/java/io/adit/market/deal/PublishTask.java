package io.adit.market.deal;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.MarketMethod;
import io.adit.chain.actor.PublishStorageDealsParams;
import io.adit.chain.message.MessageErrorCode;
import io.adit.chain.message.MessageIntent;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.message.MessagePriority;
import io.adit.core.error.AditException;
import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
import io.adit.core.state.MessageState;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import io.adit.core.task.Outcome;
import io.adit.core.task.RetryPolicy;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskHandler;
import io.adit.sealing.StoredIntents;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes a batch of deals in one message. As long as nothing was signed, deals that cannot be published any more are
 * taken out; once something was, the batch stays as it is and the outbox sees to it that it is sent once.
 *
 * <p>A deal was promised to its client, so only two answers end it: that it comes too late, and that the node says of the
 * message itself, {@value #REFUSALS} times in a row, that it would fail. An empty wallet, dear gas or a node that is away
 * pass, and the task outlasts them.
 */
final class PublishTask implements TaskHandler {
    static final String KIND = "deal.publish";

    /** Refusals in a row before the batch is taken apart, or its only deal given up. */
    static final int REFUSALS = 6;

    private static final Logger LOG = LoggerFactory.getLogger(PublishTask.class);
    static final String CANCELLED = "the operator cancelled the message that was to publish the deal; propose again";

    private static final Set<ErrorCode> OF_THE_MESSAGE =
            Set.of(MessageErrorCode.MESSAGE_WOULD_FAIL, MessageErrorCode.MESSAGE_REFUSED);

    private final StateStore store;
    private final StoredDeals deals;
    private final MarketChain chain;
    private final MessageOutbox outbox;
    private final MarketEscrow escrow;
    private final DealSettings settings;

    PublishTask(
            StateStore store,
            StoredDeals deals,
            MarketChain chain,
            MessageOutbox outbox,
            MarketEscrow escrow,
            DealSettings settings) {
        this.store = store;
        this.deals = deals;
        this.chain = chain;
        this.outbox = outbox;
        this.escrow = escrow;
        this.settings = settings;
    }

    static String messageKey(PublishBatch batch) {
        return "deal-publish/" + batch.key();
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public RetryPolicy retry() {
        return new RetryPolicy(Integer.MAX_VALUE, Duration.ofSeconds(2), 2, Duration.ofMinutes(5), 0.2);
    }

    @Override
    public Outcome run(Task task, TaskContext context) {
        var batch = PublishBatch.of(task);
        try {
            return publish(batch);
        } catch (AditException e) {
            if (e.kind() == ErrorKind.BUG) {
                throw e;
            }
            if (e.code() == MessageErrorCode.MESSAGE_CANCELLED) {
                return Outcome.done(tx -> batch.deals().forEach(uuid -> deals.fail(tx, uuid, CANCELLED)));
            }
            if (!OF_THE_MESSAGE.contains(e.code()) || isSigned(batch)) {
                // Waiting counts the refusals from zero again: they have to come in a row.
                LOG.warn(
                        "A batch of {} deals waits to be published: {}",
                        batch.deals().size(),
                        e.getMessage());
                return new Outcome.Later(settings.headPoll(), DealPipeline.HEAD, e.code() + ": " + e.getMessage());
            }
            if (task.attempts() + 1 < REFUSALS) {
                throw e;
            }
            return chain.answers()
                    ? givenUp(batch, e)
                    : new Outcome.Later(settings.headPoll(), DealPipeline.HEAD, "waits for the chain's node");
        }
    }

    private Outcome publish(PublishBatch batch) {
        var records = store.read(batch::records);
        var message = outbox.record(messageKey(batch));
        if (message.filter(StoredIntents::isLost).isPresent()) {
            return Outcome.done(tx -> batch.nextRound().enqueue(tx, KIND));
        }
        if (isSigned(batch)) {
            return published(batch, outbox.resume(messageKey(batch)).orElseThrow());
        }
        var now = chain.now();
        if (records.stream().anyMatch(deal -> isTooLate(deal, now))) {
            return withoutLate(batch, now);
        }
        return escrow.sendIfCovered(batch, records, () -> outbox.send(intent(batch, records)))
                .map(sent -> published(batch, sent))
                .orElseGet(() -> new Outcome.Later(
                        settings.headPoll(), DealPipeline.HEAD, "waits for the market's escrow to fill"));
    }

    private boolean isSigned(PublishBatch batch) {
        return outbox.record(messageKey(batch))
                .filter(record -> record.state() != MessageState.INTENT)
                .isPresent();
    }

    private MessageIntent intent(PublishBatch batch, List<DealRecord> records) {
        var params = new PublishStorageDealsParams(
                records.stream().map(StoredDeals::proposal).toList());
        var first = records.stream().map(DealRecord::start).min(Comparator.naturalOrder());
        return new MessageIntent(
                        messageKey(batch),
                        chain.workerKey(),
                        Actor.MARKET,
                        TokenAmount.ZERO,
                        MarketMethod.PUBLISH_STORAGE_DEALS.number(),
                        params.toCbor(),
                        settings.maxFee(),
                        MessagePriority.DEAL)
                // Later it would not be sent any more; until then it may wait for a lower base fee.
                .dueBy(first.orElseThrow().minus(settings.epochsToPublishAndSeal()));
    }

    private Outcome published(PublishBatch batch, Cid message) {
        return Outcome.done(tx -> {
            for (var uuid : batch.deals()) {
                deals.change(
                        tx,
                        uuid,
                        deal -> deal.withPublishCid(Optional.of(message)).withCheckpoint(DealCheckpoint.Published));
            }
            batch.enqueue(tx, PublishWaitTask.KIND);
        });
    }

    private boolean isTooLate(DealRecord deal, Epoch now) {
        return deal.start().isBefore(now.plus(settings.epochsToPublishAndSeal()));
    }

    private Outcome withoutLate(PublishBatch batch, Epoch now) {
        return Outcome.done(tx -> {
            for (var deal : batch.records(tx)) {
                if (isTooLate(deal, now)) {
                    deals.fail(
                            tx,
                            deal.uuid(),
                            "the deal was not published in time: it starts at epoch "
                                    + deal.start().value() + ", publishing and sealing take "
                                    + settings.epochsToPublishAndSeal() + " epochs and it is epoch " + now.value()
                                    + "; propose again with a later start");
                }
            }
            regroup(
                    tx,
                    batch,
                    batch.deals().stream()
                            .filter(uuid -> !StoredDeals.failed(StoredDeals.get(tx, uuid)))
                            .toList());
        });
    }

    /** The node refuses to price the message: something in it is wrong. Alone, the deals show which. */
    private Outcome givenUp(PublishBatch batch, AditException why) {
        LOG.warn("A batch of {} deals cannot be published: {}", batch.deals().size(), why.getMessage());
        return Outcome.done(tx -> {
            if (batch.deals().size() == 1) {
                deals.fail(
                        tx,
                        batch.deals().getFirst(),
                        why.code().name() + ": the deal could not be published: " + why.getMessage());
            } else {
                batch.deals().forEach(uuid -> regroup(tx, batch, List.of(uuid)));
            }
        });
    }

    private static void regroup(Tx tx, PublishBatch batch, List<UUID> deals) {
        if (!deals.isEmpty()) {
            batch.only(deals).enqueue(tx, KIND);
        }
    }
}
