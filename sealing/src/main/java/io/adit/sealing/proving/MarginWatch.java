package io.adit.sealing.proving;

import io.adit.chain.node.Deadline;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.sealing.proving.PartitionLook.Doubt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sounds the alarm when a window is about to close without a proof of each partition: when a third of it is left, and
 * again each time half of that has gone. It believes the chain, not the thread that proves, which may be what hangs.
 */
final class MarginWatch {

    private static final Logger LOG = LoggerFactory.getLogger(MarginWatch.class);
    private static final int SHARE = 3;

    private record Place(Epoch open, long partition) {}

    private final ProvingContext context;
    private final Map<Place, Long> sounded = new HashMap<>();
    private final Map<Epoch, List<MarginAlarm>> doubts = new TreeMap<>();
    private List<MarginAlarm> late = List.of();
    private volatile List<MarginAlarm> alarms = List.of();

    MarginWatch(ProvingContext context) {
        this.context = context;
    }

    /** The alarms of the last look. */
    List<MarginAlarm> alarms() {
        return alarms;
    }

    /** To be called at every head with the open window and the partitions that must be proven in it. */
    void look(ProvingWindow window, List<Long> due, TipSet head) {
        sounded.keySet().removeIf(place -> !place.open().equals(window.open()));
        long left = window.close().minus(head.height());
        long length = window.close().minus(window.open());
        if (due.isEmpty() || left * SHARE > length) {
            set(List.of());
            return;
        }
        List<Deadline> deadlines = context.node().stateMinerDeadlines(context.miner(), head.key());
        // What the full node does not say is not known to be proven.
        BitField proven = window.deadline() < deadlines.size()
                ? deadlines.get((int) window.deadline()).postSubmissions()
                : BitField.EMPTY;
        var found = new ArrayList<MarginAlarm>();
        for (long partition : due) {
            if (!proven.contains(partition)) {
                found.add(alarm(window, partition, left));
            }
        }
        set(found);
        found.forEach(alarm -> sound(window, alarm));
    }

    private MarginAlarm alarm(ProvingWindow window, long partition, long left) {
        var proof = context.journal().covering(window, partition);
        return new MarginAlarm(
                window.deadline(),
                partition,
                window.close(),
                left,
                proof.map(PartitionProof::phase),
                proof.map(PartitionProof::note).orElse(""));
    }

    private void set(List<MarginAlarm> found) {
        late = List.copyOf(found);
        show();
    }

    /** To be called at every head for each window whose challenge is known: what the full node may have kept from us. */
    void doubt(ProvingWindow window, Optional<Doubt> doubt, TipSet head) {
        doubts.keySet().removeIf(close -> !head.height().isBefore(close));
        doubts.remove(window.close());
        doubt.ifPresent(missing -> doubts.put(
                window.close(),
                missing.partitions().stream()
                        .map(partition -> new MarginAlarm(
                                window.deadline(),
                                partition,
                                window.close(),
                                window.close().minus(head.height()),
                                Optional.empty(),
                                missing.words()))
                        .toList()));
        show();
    }

    private void show() {
        alarms = Stream.concat(late.stream(), doubts.values().stream().flatMap(List::stream))
                .toList();
        context.metrics().late(alarms.size());
    }

    private void sound(ProvingWindow window, MarginAlarm alarm) {
        var place = new Place(window.open(), alarm.partition());
        Long before = sounded.get(place);
        if (before != null && alarm.epochsLeft() > before / 2) {
            return;
        }
        sounded.put(place, alarm.epochsLeft());
        LOG.error(
                "ONLY {} EPOCHS LEFT to prove deadline {} partition {} before epoch {} (phase {}): {}",
                alarm.epochsLeft(),
                alarm.deadline(),
                alarm.partition(),
                alarm.close().value(),
                alarm.phase().map(Enum::name).orElse("not begun"),
                alarm.note().isEmpty() ? "no failure is known" : alarm.note());
    }
}
