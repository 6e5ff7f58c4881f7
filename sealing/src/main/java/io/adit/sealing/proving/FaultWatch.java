package io.adit.sealing.proving;

import io.adit.chain.actor.DeclareFaultsParams;
import io.adit.chain.actor.DeclareFaultsRecoveredParams;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.SectorDeclaration;
import io.adit.chain.message.MessageIntent;
import io.adit.chain.message.MessagePriority;
import io.adit.chain.node.Partition;
import io.adit.chain.type.DeadlineInfo;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Hashes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the sectors of coming deadlines while there is still time to declare: faulty ones that can be read again are
 * declared recovered, so that the deadline proves them and their power returns; healthy ones that cannot be read are
 * declared faulty.
 */
final class FaultWatch {

    private static final Logger LOG = LoggerFactory.getLogger(FaultWatch.class);

    /** Epochs a declaration is given to reach the chain before the cutoff. */
    private static final long MARGIN = 2;

    /** builtin-actors {@code ADDRESSED_SECTORS_MAX}; a partition has at most 2349. */
    private static final long MAX_SECTORS = 25_000;

    private final ProvingContext context;

    /** Windows that were looked at, by their opening epoch, while which window was open. Rebuilt after a restart. */
    private final Set<List<Long>> looked = new TreeSet<>(
            java.util.Comparator.comparing((List<Long> pair) -> pair.getFirst()).thenComparing(List::getLast));

    FaultWatch(ProvingContext context) {
        this.context = context;
    }

    /** Looks at every declarable window that was not looked at since the present deadline opened. */
    void look(DeadlineInfo now, TipSet head) throws InterruptedException {
        looked.removeIf(pair -> pair.getLast() < now.open().value());
        for (ProvingWindow window : ProvingWindow.from(now, ProvingWindow.declarableAhead(now))) {
            Epoch lastChance = window.faultCutoff().minus(MARGIN);
            var look = List.of(window.open().value(), now.open().value());
            if (head.height().isBefore(lastChance) && !looked.contains(look)) {
                lookAt(window, head);
                // Only now: what failed is looked at again at the next head, while there is still time.
                looked.add(look);
            }
        }
    }

    private void lookAt(ProvingWindow window, TipSet head) throws InterruptedException {
        List<Partition> partitions =
                context.node().stateMinerPartitions(context.miner(), window.deadline(), head.key());
        var faults = new ArrayList<SectorDeclaration>();
        var recoveries = new ArrayList<SectorDeclaration>();
        for (int index = 0; index < partitions.size(); index++) {
            Partition partition = partitions.get(index);
            BitField down =
                    partition.faultySectors().intersect(partition.liveSectors()).minus(partition.recoveringSectors());
            BitField readable = down.minus(unreadable(down, window));
            if (!readable.isEmpty()) {
                recoveries.add(new SectorDeclaration(window.deadline(), index, readable));
            }
            if (context.settings().declareFaults()) {
                BitField up = partition.liveSectors().minus(partition.faultySectors());
                BitField broken = unreadable(up, window);
                if (!broken.isEmpty()) {
                    faults.add(new SectorDeclaration(window.deadline(), index, broken));
                }
            }
        }
        if (!recoveries.isEmpty()) {
            send(
                    "recovered",
                    window,
                    recoveries,
                    MinerMethod.DECLARE_FAULTS_RECOVERED.number(),
                    new DeclareFaultsRecoveredParams(recoveries).toCbor());
        }
        if (!faults.isEmpty()) {
            send(
                    "faulty",
                    window,
                    faults,
                    MinerMethod.DECLARE_FAULTS.number(),
                    new DeclareFaultsParams(faults).toCbor());
        }
    }

    private BitField unreadable(BitField sectors, ProvingWindow window) throws InterruptedException {
        if (sectors.isEmpty()) {
            return BitField.EMPTY;
        }
        Map<SectorNumber, String> problems = context.readability().unreadable(sectors.sectors(MAX_SECTORS));
        problems.forEach((sector, problem) ->
                LOG.warn("sector {} (deadline {}) cannot be proven: {}", sector.value(), window.deadline(), problem));
        return BitField.ofSectors(problems.keySet());
    }

    private void send(
            String what, ProvingWindow window, List<SectorDeclaration> declarations, long method, byte[] params) {
        // The same declaration for the same window is one message, however often it is looked at.
        String digest = HexFormat.of().formatHex(Hashes.blake2b(params, 8));
        String key = "post-" + what + "/" + window.open().value() + "/" + window.deadline() + "/" + digest;
        boolean known = context.store().read(tx -> tx.messages().find(key)).isPresent();
        long sectors = declarations.stream()
                .mapToLong(declaration -> declaration.sectors().cardinality())
                .sum();
        var cid = context.outbox()
                .send(new MessageIntent(
                        key,
                        context.settings().worker(),
                        context.miner(),
                        TokenAmount.ZERO,
                        method,
                        params,
                        context.settings().maxDeclarationFee(),
                        MessagePriority.RECOVERY));
        if (!known) {
            context.metrics().declared(what, sectors);
            LOG.info("declared {} sectors of deadline {} {} with {}", sectors, window.deadline(), what, cid);
        }
    }
}
