package io.adit.sealing.proving;

import io.adit.core.state.StateStore;
import java.time.Duration;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long one try of a window proof may take, and how long the worker may stand idle for its reading.
 *
 * <p>A worker that hangs is replaced while a second try has as long; one that is only slow must not be. So a try is given up after
 * three times what a proof over as many sectors is known to take, or the operator's limit if that is less, and in any case when
 * half of the time that is left is over. Only where proofs are known to need that half has one try all of it. What is known is
 * kept over restarts, since the first proof after one has no more time than others.
 *
 * <p>A try that was given up may have been slow, so the next one is given more; but that proofs take as long is only known when one
 * is made. The next that is made forgets the try: a worker that hung once must not let one that hangs have a whole window.
 */
final class ProofPatience {

    private static final Logger LOG = LoggerFactory.getLogger(ProofPatience.class);

    private static final String NAME = "post.times";

    private static final String GIVEN_UP = "post.times-given-up";

    /** A proof over so many fewer sectors, of a hundred, is one like the other: some were skipped. */
    private static final int ALIKE = 10;

    /** A proof slower than three others like it is more likely hung. */
    private static final int SLOWER = 3;

    /** Of what proofs like it took, a try needs half as much again to be called slow rather than hung. */
    private static final double AMPLE = 1.5;

    /**
     * However little is left, a proof is begun with this: the message may still get in, and a chain of short epochs may wait.
     * It holds the worker no longer past the window's end.
     */
    static final Duration LEAST = Duration.ofMinutes(2);

    /** However little is left, sectors are given this to be read. */
    static final Duration LEAST_READING = Duration.ofSeconds(20);

    /** Numbers of sectors that are remembered; where there are more the smallest go, and are taken for the next larger one. */
    private static final int MOST_KNOWN = 32;

    private final Duration longest;
    private final StateStore store;

    /** Held by whoever writes to the database, which others who ask do not wait for. */
    private final Object writing = new Object();

    private final TreeMap<Integer, Duration> known = new TreeMap<>();

    /** How long tries were given, over so many sectors, since a proof over as many was last made. */
    private final TreeMap<Integer, Duration> givenUp = new TreeMap<>();

    /** @param longest of the operator's: after it a try is given up where a second one has as long */
    ProofPatience(Duration longest, StateStore store) {
        this.longest = longest;
        this.store = store;
        known.putAll(parse(store.read(tx -> tx.meta().get(NAME)).orElse("")));
        givenUp.putAll(parse(store.read(tx -> tx.meta().get(GIVEN_UP)).orElse("")));
    }

    /** @param left until the proof must be made */
    synchronized Duration forTry(int sectors, Duration left) {
        Optional<Duration> like = like(sectors);
        Duration half = left.dividedBy(2);
        Duration early =
                least(longest, like.map(one -> one.multipliedBy(SLOWER)).orElse(longest));
        if (early.compareTo(half) > 0) {
            boolean needsMore =
                    like.filter(one -> one.toMillis() * AMPLE > half.toMillis()).isPresent();
            early = needsMore ? left : half;
        }
        return most(early, LEAST);
    }

    /**
     * How long reading may keep the worker idle: half of the time that the proofs do not need. They are given half of what is left
     * where nobody knows, and never more than seven eighths of it: a sector that is only tardy is worth a little haste.
     *
     * @param left when reading began, until the proof must be made
     * @param rounds proofs one after another that must be made in it
     */
    synchronized Duration forReading(int sectors, Duration left, int rounds) {
        Duration proofs = like(sectors)
                .map(one -> least(one.multipliedBy(rounds), left.multipliedBy(7).dividedBy(8)))
                .orElse(left.dividedBy(2));
        return most(left.minus(proofs).dividedBy(2), LEAST_READING);
    }

    /** What a proof over at least so many sectors takes, or may take. */
    private Optional<Duration> like(int sectors) {
        var both = new TreeMap<>(known);
        givenUp.forEach((over, time) -> both.merge(over, time, ProofPatience::most));
        return Optional.ofNullable(both.ceilingEntry(sectors)).map(Map.Entry::getValue);
    }

    /**
     * A proof over so many sectors took so long. A longer time is believed at once; of a shorter one half is, so that one that was
     * slow is forgotten after some proofs.
     */
    void took(int sectors, Duration time) {
        synchronized (this) {
            known.merge(
                    sectors,
                    time,
                    (before, now) ->
                            before.compareTo(now) < 0 ? now : before.plus(now).dividedBy(2));
            givenUp.headMap(sectors + sectors / ALIKE, true).clear();
        }
        remember();
    }

    /** A proof over so many sectors was not ready after so long: its worker hung, or is slower than ever. */
    void gaveUp(int sectors, Duration after) {
        synchronized (this) {
            givenUp.merge(sectors, after, ProofPatience::most);
        }
        remember();
    }

    /** One after another, each what is known by then: the last one that writes leaves nothing out. */
    private void remember() {
        synchronized (writing) {
            String times;
            String tries;
            synchronized (this) {
                times = text(known);
                tries = text(givenUp);
            }
            try {
                store.transactVoid(tx -> {
                    tx.meta().put(NAME, times);
                    tx.meta().put(GIVEN_UP, tries);
                });
            } catch (RuntimeException e) {
                // The proof is worth more than the knowledge of how long it took.
                LOG.warn("remembering how long window proofs take failed: {}", e.getMessage());
            }
        }
    }

    private static String text(NavigableMap<Integer, Duration> times) {
        while (times.size() > MOST_KNOWN) {
            times.pollFirstEntry();
        }
        return times.entrySet().stream()
                .map(one -> one.getKey() + " " + one.getValue().toMillis())
                .collect(Collectors.joining("\n"));
    }

    private static Map<Integer, Duration> parse(String stored) {
        var all = new TreeMap<Integer, Duration>();
        stored.lines().forEach(line -> {
            String[] parts = line.split(" ", 2);
            all.put(Integer.parseInt(parts[0]), Duration.ofMillis(Long.parseLong(parts[1])));
        });
        return all;
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static Duration most(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }
}
