package io.adit.sealing.proving;

import io.adit.chain.type.DeadlineInfo;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.Epoch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The margin alarm for when there are no heads to sound it: reckons from the last deadline that was seen which windows have
 * opened since by the clock, and from the proofs of the days before which partitions they hold.
 */
final class BlindMargin {
    private static final int SHARE = 3;

    private final ProofJournal journal;
    private volatile Optional<Seen> last = Optional.empty();

    private record Seen(DeadlineInfo deadline, Epoch head) {}

    BlindMargin(ProofJournal journal) {
        this.journal = journal;
    }

    /** To be called whenever the chain has told the present deadline. */
    void seen(DeadlineInfo deadline, TipSet head) {
        last = Optional.of(new Seen(deadline, head.height()));
    }

    /**
     * Partitions of windows that have closed since the last head, or of which at most a third is left, and that are not known
     * to be proven.
     *
     * @param now the epoch by the clock
     */
    List<MarginAlarm> at(Epoch now) {
        var seen = last;
        if (seen.isEmpty()) {
            return List.of();
        }
        var deadline = seen.get().deadline();
        long ahead = Math.floorDiv(now.minus(deadline.open()), deadline.wPoStChallengeWindow());
        int following = (int) Math.clamp(ahead, 0, deadline.wPoStPeriodDeadlines());
        long period = deadline.wPoStChallengeWindow() * deadline.wPoStPeriodDeadlines();
        var oldest = deadline.open().minus(2 * period);
        var proofs = journal.since(oldest.plus(1));
        var alarms = new ArrayList<MarginAlarm>();
        for (var window : ProvingWindow.from(deadline, following)) {
            long left = window.close().minus(now);
            boolean isLate = left * SHARE <= window.close().minus(window.open());
            if (isLate && window.close().isAfter(seen.get().head())) {
                alarms.addAll(unproven(window, Math.max(0, left), proofs));
            }
        }
        return alarms;
    }

    private static List<MarginAlarm> unproven(ProvingWindow window, long left, List<PartitionProof> proofs) {
        var partitions = new TreeSet<Long>();
        proofs.stream()
                .filter(proof -> proof.deadline() == window.deadline())
                .forEach(proof -> partitions.addAll(proof.batch().partitions()));
        var alarms = new ArrayList<MarginAlarm>();
        for (long partition : partitions) {
            var proof = proofs.stream()
                    .filter(one -> one.deadline() == window.deadline()
                            && one.open().equals(window.open())
                            && one.standsFor(partition))
                    .findFirst();
            if (proof.filter(one -> one.phase() == PartitionProof.Phase.ACCEPTED)
                    .isEmpty()) {
                alarms.add(new MarginAlarm(
                        window.deadline(),
                        partition,
                        window.close(),
                        left,
                        proof.map(PartitionProof::phase),
                        "the chain is not seen; told by the clock"));
            }
        }
        return alarms;
    }
}
