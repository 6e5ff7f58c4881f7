package io.adit.market.deal;

import io.adit.chain.actor.PublishStorageDealsReturn;
import io.adit.chain.message.MessageErrorCode;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.node.MessageLookup;
import io.adit.chain.type.ActorKind;
import io.adit.chain.type.ExitCode;
import io.adit.core.error.AditException;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.Tx;
import io.adit.core.task.NewTask;
import io.adit.core.task.Outcome;
import io.adit.core.task.RetryPolicy;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskHandler;
import io.adit.core.task.TaskPriority;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits until a publish message is deep enough in the chain and tells each of its deals what became of it. */
final class PublishWaitTask implements TaskHandler {
    static final String KIND = "deal.publish.wait";

    private static final Logger LOG = LoggerFactory.getLogger(PublishWaitTask.class);

    private final StoredDeals deals;
    private final MessageOutbox outbox;
    private final DealSettings settings;

    PublishWaitTask(StoredDeals deals, MessageOutbox outbox, DealSettings settings) {
        this.deals = deals;
        this.outbox = outbox;
        this.settings = settings;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public RetryPolicy retry() {
        return RetryPolicy.persistent();
    }

    @Override
    public Outcome run(Task task, TaskContext context) {
        var batch = PublishBatch.of(task);
        var key = PublishTask.messageKey(batch);
        Optional<MessageLookup> found;
        try {
            found = outbox.found(key, settings.confidence());
        } catch (AditException e) {
            if (e.code() == MessageErrorCode.MESSAGE_CANCELLED) {
                return Outcome.done(tx -> batch.deals().forEach(uuid -> deals.fail(tx, uuid, PublishTask.CANCELLED)));
            }
            if (e.code() == MessageErrorCode.MESSAGE_NONCE_TAKEN) {
                return Outcome.done(tx -> publishAgain(tx, batch));
            }
            throw e;
        }
        if (found.isEmpty()) {
            return new Outcome.Later(
                    settings.headPoll(), DealPipeline.HEAD, "waits for PublishStorageDeals on the chain");
        }
        var lookup = found.get();
        long exitCode = lookup.receipt().exitCode();
        if (exitCode != 0) {
            return Outcome.done(tx -> failed(tx, batch, exitCode));
        }
        var answer = answer(batch, lookup);
        return Outcome.done(tx -> settle(tx, batch, answer));
    }

    /** One bad deal must not sink the others: each is sent alone. Alone, it shows whether it was the bad one. */
    private void failed(Tx tx, PublishBatch batch, long exitCode) {
        var why = "PublishStorageDeals failed on the chain with exit code "
                + ExitCode.explain(exitCode, ActorKind.MARKET);
        if (batch.deals().size() == 1) {
            deals.fail(tx, batch.deals().getFirst(), why);
            return;
        }
        LOG.warn("A batch of {} deals is taken apart: {}", batch.deals().size(), why);
        backToTransferred(tx, batch);
        batch.deals().forEach(uuid -> batch.nextRound().only(List.of(uuid)).enqueue(tx, PublishTask.KIND));
    }

    /** Another message took the nonce: this one will never be executed, and the deals need a new one. */
    private void publishAgain(Tx tx, PublishBatch batch) {
        LOG.warn(
                "The message of a batch of {} deals was lost; it is made anew",
                batch.deals().size());
        backToTransferred(tx, batch);
        batch.nextRound().enqueue(tx, PublishTask.KIND);
    }

    private void backToTransferred(Tx tx, PublishBatch batch) {
        batch.deals()
                .forEach(uuid -> deals.change(
                        tx,
                        uuid,
                        deal -> deal.withPublishCid(Optional.empty()).withCheckpoint(DealCheckpoint.Transferred)));
    }

    private static PublishStorageDealsReturn answer(PublishBatch batch, MessageLookup lookup) {
        var answer = PublishStorageDealsReturn.fromCbor(lookup.receipt().returnValue());
        long valid = answer.validDeals().cardinality();
        if (valid != answer.ids().size() || valid > batch.deals().size()) {
            throw new AditException(
                    DealErrorCode.DEAL_PUBLISH_NOT_UNDERSTOOD,
                    "reading the return of " + lookup.message() + ": "
                            + answer.ids().size() + " IDs for " + valid + " valid of "
                            + batch.deals().size() + " deals");
        }
        return answer;
    }

    /** The n-th ID belongs to the n-th valid deal. */
    private void settle(Tx tx, PublishBatch batch, PublishStorageDealsReturn answer) {
        int next = 0;
        for (int i = 0; i < batch.deals().size(); i++) {
            var uuid = batch.deals().get(i);
            if (answer.validDeals().contains(i)) {
                confirm(tx, uuid, answer.ids().get(next++));
            } else {
                deals.fail(
                        tx,
                        uuid,
                        "the market actor dropped the deal from PublishStorageDeals: its client's escrow, its dates or"
                                + " its collateral were not good when it was published; propose again");
            }
        }
    }

    private void confirm(Tx tx, UUID uuid, long chainDealId) {
        deals.change(
                tx,
                uuid,
                deal -> deal.withChainDealId(OptionalLong.of(chainDealId))
                        .withCheckpoint(DealCheckpoint.PublishConfirmed));
        tx.tasks().enqueue(new NewTask(HandoffTask.KIND, uuid.toString(), "{}", TaskPriority.DEAL));
    }
}
