package io.adit.sealing.proving;

import io.adit.chain.actor.DisputeWindowedPoStParams;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.node.ActorState;
import io.adit.chain.node.ChainMessage;
import io.adit.chain.node.Deadline;
import io.adit.chain.node.Partition;
import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices when somebody has disputed a window proof of ours and won. The sign is that a deadline has fewer disputable proofs
 * than at the last head; that is also so when its window closes, so then, and only then, the messages since are looked
 * through. Disputes that a contract or a multisig sends, and those that happened while no node ran, show as faults only.
 */
final class DisputeWatch {

    private static final Logger LOG = LoggerFactory.getLogger(DisputeWatch.class);

    /** How far back messages are looked through when heads were missed. */
    private static final int MOST_TIPSETS = 120;

    private record Look(TipSet head, List<Long> disputable) {}

    private final ProvingContext context;
    private final DisputeLog log;
    private Optional<Look> last = Optional.empty();

    DisputeWatch(ProvingContext context, DisputeLog log) {
        this.context = context;
        this.log = log;
    }

    /** To be called with every head. */
    void look(TipSet head) {
        List<Long> now = context.node().stateMinerDeadlines(context.miner(), head.key()).stream()
                .map(Deadline::disputableProofCount)
                .toList();
        if (last.isPresent() && hasFallen(last.get().disputable(), now)) {
            search(last.get().head(), head);
        }
        // Only now: what failed is looked for again at the next head.
        last = Optional.of(new Look(head, now));
    }

    private static boolean hasFallen(List<Long> before, List<Long> now) {
        for (int deadline = 0; deadline < Math.min(before.size(), now.size()); deadline++) {
            if (now.get(deadline) < before.get(deadline)) {
                return true;
            }
        }
        return false;
    }

    private void search(TipSet seen, TipSet head) {
        TipSet at = head;
        for (int steps = 0; steps < MOST_TIPSETS && seen.height().isBefore(at.height()); steps++) {
            searchIn(at);
            at = context.node()
                    .chainGetTipSet(new TipSetKey(at.blocks().getFirst().parents()));
        }
    }

    /** Looks through the messages whose receipts a tipset has. */
    private void searchIn(TipSet at) {
        var block = at.blocks().getFirst().cid();
        List<ChainMessage> messages = context.node().chainGetParentMessages(block);
        boolean any =
                messages.stream().anyMatch(one -> one.message().method() == MinerMethod.DISPUTE_WINDOWED_POST.number());
        if (!any) {
            return;
        }
        List<MessageReceipt> receipts = context.node().chainGetParentReceipts(block);
        for (int index = 0; index < Math.min(messages.size(), receipts.size()); index++) {
            var message = messages.get(index).message();
            if (message.method() == MinerMethod.DISPUTE_WINDOWED_POST.number()
                    && receipts.get(index).isSuccess()
                    && isOurs(message.to(), at)) {
                lost(messages.get(index), at);
            }
        }
    }

    private boolean isOurs(Address to, TipSet at) {
        return to.equals(context.miner())
                || (to.id().isEmpty()
                        && context.node().stateLookupID(to, at.key()).equals(context.miner()));
    }

    private void lost(ChainMessage message, TipSet at) {
        var params = DisputeWindowedPoStParams.fromCbor(message.message().params());
        var before = new TipSetKey(at.blocks().getFirst().parents());
        List<Partition> was = context.node().stateMinerPartitions(context.miner(), params.deadline(), before);
        List<Partition> is = context.node().stateMinerPartitions(context.miner(), params.deadline(), at.key());
        var partitions = new ArrayList<Long>();
        long sectors = 0;
        for (int index = 0; index < Math.min(was.size(), is.size()); index++) {
            var fresh = is.get(index).faultySectors().minus(was.get(index).faultySectors());
            if (!fresh.isEmpty()) {
                partitions.add((long) index);
                sectors += fresh.cardinality();
            }
        }
        var dispute = new Dispute(
                at.height(),
                params.deadline(),
                params.postIndex(),
                partitions,
                sectors,
                balance(before).minus(balance(at.key())),
                message.message().from(),
                message.cid());
        if (log.add(dispute)) {
            context.metrics().disputed();
            LOG.error(
                    "A DISPUTE WAS LOST: the window proof of deadline {} partitions {} did not hold, {} sectors are faulty"
                            + " and the miner's balance fell by {}; message {} at epoch {}. Look at the proving machine:"
                            + " the same proof verified there before it was sent",
                    dispute.deadline(),
                    partitions,
                    sectors,
                    dispute.penalty(),
                    dispute.message(),
                    at.height().value());
        }
    }

    private TokenAmount balance(TipSetKey at) {
        return context.node()
                .stateGetActor(context.miner(), at)
                .map(ActorState::balance)
                .orElse(TokenAmount.ZERO);
    }
}
