package io.adit.market.deal;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.MarketMethod;
import io.adit.chain.actor.PublishStorageDealsParams;
import io.adit.chain.message.MessageIntent;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.message.MessagePriority;
import io.adit.core.error.AditException;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.MessageState;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import io.adit.core.task.Outcome;
import io.adit.core.task.RetryPolicy;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskHandler;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes a batch of deals in one message. As long as nothing was signed, deals that cannot be published any more are
 * taken out; once something was, the batch stays as it is and the outbox sees to it that it is sent once.
 */
final class PublishTask implements TaskHandler {
    static final String KIND = "deal.publish";

    private static final Logger LOG = LoggerFactory.getLogger(PublishTask.class);
    private static final int ATTEMPTS = 6;

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
        var records = store.read(batch::records);
        if (isSigned(batch)) {
            return published(batch, outbox.send(intent(batch, records)));
        }
        var now = chain.now();
        if (records.stream().anyMatch(deal -> isTooLate(deal, now))) {
            return withoutLate(batch, now);
        }
        try {
            if (!escrow.covers(batch, records)) {
                return new Outcome.Later(
                        settings.headPoll(), DealPipeline.HEAD, "waits for the market's escrow to fill");
            }
            return published(batch, outbox.send(intent(batch, records)));
        } catch (AditException e) {
            if (task.attempts() + 1 < ATTEMPTS || isSigned(batch) || e.code() == DealErrorCode.DEAL_NO_ESCROW) {
                throw e;
            }
            return givenUp(batch, e);
        }
    }

    private boolean isSigned(PublishBatch batch) {
        return outbox.record(messageKey(batch))
                .map(MessageRecord::state)
                .filter(state -> state != MessageState.INTENT)
                .isPresent();
    }

    private MessageIntent intent(PublishBatch batch, List<DealRecord> records) {
        var params = new PublishStorageDealsParams(
                records.stream().map(StoredDeals::proposal).toList());
        return new MessageIntent(
                messageKey(batch),
                chain.workerKey(),
                Actor.MARKET,
                TokenAmount.ZERO,
                MarketMethod.PUBLISH_STORAGE_DEALS.number(),
                params.toCbor(),
                settings.maxFee(),
                MessagePriority.DEAL);
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

    private static boolean isTooLate(DealRecord deal, Epoch now) {
        return !now.isBefore(deal.start());
    }

    private Outcome withoutLate(PublishBatch batch, Epoch now) {
        return Outcome.done(tx -> {
            for (var deal : batch.records(tx)) {
                if (isTooLate(deal, now)) {
                    deals.fail(
                            tx,
                            deal.uuid(),
                            "the deal's start epoch " + deal.start().value()
                                    + " came before it was published; propose again with a later start");
                }
            }
            regroup(
                    tx,
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
                batch.deals().forEach(uuid -> regroup(tx, List.of(uuid)));
            }
        });
    }

    private static void regroup(Tx tx, List<UUID> deals) {
        if (!deals.isEmpty()) {
            new PublishBatch(deals).enqueue(tx, KIND);
        }
    }
}
