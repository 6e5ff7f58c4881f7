package io.adit.ops.daemon;

import io.adit.core.time.Strand;
import io.adit.core.time.Timeline;
import io.adit.ops.api.Alarm;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every alarm of the node in one place: {@code /health} lists those that sound, the gauge {@code adit_alarms} counts them by
 * name, and the log has each when it begins, now and then while it lasts, and when it ends. It looks by the clock, so it does
 * so also when no head comes.
 */
final class AlarmBoard implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AlarmBoard.class);
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Duration AGAIN = Duration.ofMinutes(10);

    /** A look that takes longer is itself what an operator must know of. */
    private static final Duration LONG = Duration.ofMinutes(1);

    private record Source(String name, Supplier<List<String>> sounding) {}

    private final Timeline timeline;
    private final MeterRegistry registry;
    private final List<Source> sources = new CopyOnWriteArrayList<>();
    private final List<SlowSource> slow = new ArrayList<>();
    private final List<Strand> strands = new ArrayList<>();
    private final Map<String, Instant> told = new HashMap<>();
    private final Lock lock;
    private boolean started;
    private volatile boolean closed;

    AlarmBoard(Timeline timeline, MeterRegistry registry) {
        this.timeline = timeline;
        this.registry = registry;
        this.lock = timeline.newLock();
    }

    /**
     * Adds what may sound.
     *
     * @param sounding texts, none while all is well; asked often, so it must answer at once
     */
    void watch(String name, Supplier<List<String>> sounding) {
        var source = new Source(name, sounding);
        sources.add(source);
        Gauge.builder("adit_alarms", source, one -> texts(one).size())
                .description("Alarms that sound; /health has their words.")
                .tag("alarm", name)
                .register(registry);
    }

    /** As {@link #watch}, for at most one. */
    void watchOne(String name, Supplier<Optional<String>> sounding) {
        watch(name, () -> sounding.get().stream().toList());
    }

    /** As {@link #watch}, for what may take a while to find out, or for ever: {@link #askedBeside}. */
    void watchSlowly(String name, Supplier<List<String>> sounding) {
        watch(name, askedBeside(sounding));
    }

    /**
     * Asks now and then, on a strand of its own, so that a database or a process that hangs holds up nothing else here.
     *
     * @return the last answer, at once; that none comes sounds too
     */
    Supplier<List<String>> askedBeside(Supplier<List<String>> sounding) {
        var source = new SlowSource(sounding, timeline);
        lock.lock();
        try {
            slow.add(source);
            if (started) {
                begin(source);
            }
        } finally {
            lock.unlock();
        }
        return source::texts;
    }

    private static final class SlowSource {
        private final Supplier<List<String>> sounding;
        private final Timeline timeline;
        private volatile List<String> texts = List.of();
        private volatile Optional<Instant> asked = Optional.empty();

        SlowSource(Supplier<List<String>> sounding, Timeline timeline) {
            this.sounding = sounding;
            this.timeline = timeline;
        }

        void look() {
            asked = Optional.of(timeline.instant());
            try {
                texts = List.copyOf(sounding.get());
            } catch (RuntimeException e) {
                texts = List.of("cannot be told: " + e.getMessage());
            } finally {
                asked = Optional.empty();
            }
        }

        List<String> texts() {
            var waited = asked.map(since -> Duration.between(since, timeline.instant()));
            return waited.filter(time -> time.compareTo(LONG) > 0)
                    .map(time -> Stream.concat(
                                    texts.stream(),
                                    Stream.of("cannot be told: no answer for " + time.toSeconds()
                                            + " seconds; does the database, or the signer, hang?"))
                            .toList())
                    .orElse(texts);
        }
    }

    /** Begins to look. */
    void start() {
        lock.lock();
        try {
            started = true;
            slow.forEach(this::begin);
            repeat("alarms", this::look);
        } finally {
            lock.unlock();
        }
    }

    private void begin(SlowSource source) {
        repeat("alarms-slow", source::look);
    }

    private void repeat(String name, Runnable look) {
        // Platform threads: a look may wait inside a database's driver, and alarms sound also when no carrier is left.
        strands.add(timeline.start(Strand.Kind.PLATFORM, name, () -> {
            try {
                while (!closed) {
                    look.run();
                    timeline.sleep(PAUSE);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    /** Tells the log what has begun to sound, and what has ended. */
    private void look() {
        sources.forEach(this::tell);
    }

    private void tell(Source source) {
        var now = timeline.instant();
        var texts = texts(source);
        var before = told.get(source.name());
        if (texts.isEmpty()) {
            if (told.remove(source.name()) != null) {
                LOG.info("The alarm {} has ended", source.name());
            }
        } else if (before == null || !now.isBefore(before.plus(AGAIN))) {
            told.put(source.name(), now);
            texts.forEach(text -> LOG.error("ALARM {}: {}", source.name(), text));
        }
    }

    /** What sounds now. */
    List<Alarm> sounding() {
        return sources.stream()
                .flatMap(source -> texts(source).stream().map(text -> new Alarm(source.name(), text)))
                .toList();
    }

    /** What cannot be looked at is not known to be well. */
    private static List<String> texts(Source source) {
        try {
            return source.sounding().get();
        } catch (RuntimeException e) {
            return List.of("cannot be told: " + e);
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            strands.forEach(Strand::interrupt);
        } finally {
            lock.unlock();
        }
    }
}
