package io.adit.proofs;

import io.adit.core.fil.SectorNumber;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Tells a sector whose files make the library panic from a library that panics whatever it reads.
 *
 * <p>A worker that has panicked is replaced, and the sector that it was at is read first by the next one. A panic there
 * has nothing before it to blame, so the sector is left out; a healthy sector only happened to be read at a bad moment.
 * But when no sector at all can be read then, the fault is not theirs (a setting that the library cannot parse makes it
 * panic over every one), and none is called faulty.
 *
 * <p>Sectors that were read well move behind those not yet read, so that a disk full of damaged sectors costs a worker's
 * start twice for each of them but not the reading of all others every time.
 */
final class PanickingSectors {
    /** Panics, two for each sector that is left out, before a library that has read nothing else is given up. */
    static final int MAX_PANICS_WITHOUT_SUCCESS = 32;

    private PanickingSectors() {}

    /**
     * Proves all sectors but those.
     *
     * @param prove reads the replicas in the order given and throws {@link ProofsError#NATIVE_PANIC} with the sector at
     *     which it panicked; each call after that goes to a fresh process
     */
    static WindowPoSt leaveOut(List<PrivateReplica> replicas, Function<List<PrivateReplica>, WindowPoSt> prove) {
        var order = new ArrayList<>(replicas);
        var broken = new ArrayList<SectorNumber>();
        var readWell = Optional.<PrivateReplica>empty();
        var last = Optional.<SectorNumber>empty();
        for (var panics = 1; ; panics++) {
            ProofsException panicked;
            try {
                var made = prove.apply(List.copyOf(order));
                if (!made.proofs().isEmpty() || broken.isEmpty()) {
                    return made.alsoFaulty(broken);
                }
                throw new ProofsException(
                        ProofsError.NATIVE_PANIC,
                        "window PoSt: the library panicked over every sector that could be read: " + broken);
            } catch (ProofsException failed) {
                panicked = failed;
            }
            var at = indexOf(order, panicked);
            if (at > 0) {
                readWell = Optional.of(order.getFirst());
            }
            Collections.rotate(order, -at);
            var suspect = order.removeFirst();
            var again = last.equals(panicked.sector());
            last = panicked.sector();
            if (!again) {
                order.addFirst(suspect);
            } else {
                broken.add(suspect.number());
                readWell.ifPresent(first -> toFront(order, first));
            }
            var limit = readWell.isPresent() ? 3 * replicas.size() : MAX_PANICS_WITHOUT_SUCCESS;
            if (order.isEmpty() || panics > limit) {
                throw panicked;
            }
        }
    }

    private static void toFront(List<PrivateReplica> order, PrivateReplica first) {
        if (order.remove(first)) {
            order.addFirst(first);
        }
    }

    /** Where the library panicked; a failure that names no sector is thrown on. */
    private static int indexOf(List<PrivateReplica> order, ProofsException panicked) {
        return IntStream.range(0, order.size())
                .filter(index ->
                        panicked.sector().equals(Optional.of(order.get(index).number())))
                .findFirst()
                .orElseThrow(() -> panicked);
    }
}
