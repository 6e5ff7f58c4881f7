package io.adit.sealing.proving;

import io.adit.core.error.AditException;
import io.adit.core.fil.SectorNumber;
import io.adit.core.time.Strand;
import io.adit.core.time.Timeline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;

/**
 * Asks the same of many sectors at once, for no longer than it is told. Each has a strand of its own that only waits, so what
 * one disk owes keeps no sector of another from being answered; who asks the disks bounds how much they are asked.
 */
public final class SideBySide {

    /** The time left may change without anybody saying so. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    /** What was given up is given so long to end, before what it works on may be removed. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Timeline timeline;
    private final String name;

    /** @param name of the strands, in thread dumps */
    public SideBySide(Timeline timeline, String name) {
        this.timeline = timeline;
        this.name = name;
    }

    /** Asked of one sector; what it throws is the problem of that sector alone. */
    @FunctionalInterface
    public interface Question<T> {
        T ask(SectorNumber sector) throws IOException, InterruptedException;
    }

    /**
     * What came of it; each sector is in one of the three.
     *
     * @param problems sectors whose question failed, each with the reason in words
     * @param late sectors that had not answered when the time was over
     * @param took the time until the last answer, or until it was over
     */
    public record Answers<T>(
            Map<SectorNumber, T> answers, Map<SectorNumber, String> problems, Set<SectorNumber> late, Duration took) {

        /** The time, for a reader. */
        String after() {
            return took.toSeconds() > 0 ? took.toSeconds() + " s" : took.toMillis() + " ms";
        }
    }

    /**
     * Asks all of them and waits.
     *
     * @param left asked again and again: how long may still be waited; nothing or less is the end
     */
    public <T> Answers<T> ask(Collection<SectorNumber> sectors, Supplier<Duration> left, Question<T> question)
            throws InterruptedException {
        var round = new Round<T>(question, sectors.size());
        var strands = new ArrayList<Strand>();
        long start = timeline.nanoTime();
        try {
            for (SectorNumber sector : sectors) {
                strands.add(
                        timeline.start(Strand.Kind.VIRTUAL, name + "-" + sector.value(), () -> round.answer(sector)));
            }
            return round.await(sectors, left, start);
        } finally {
            round.end();
            stop(strands);
        }
    }

    private void stop(List<Strand> strands) {
        List<Strand> alive = strands.stream().filter(Strand::isAlive).toList();
        alive.forEach(Strand::interrupt);
        long until = timeline.nanoTime() + GRACE.toNanos();
        try {
            for (Strand strand : alive) {
                strand.join(Duration.ofNanos(Math.max(1, until - timeline.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String words(Throwable problem) {
        return problem instanceof IOException || problem instanceof AditException
                ? String.valueOf(problem.getMessage())
                : String.valueOf(problem);
    }

    private final class Round<T> {
        private final Question<T> question;
        private final int asked;
        private final Lock lock = timeline.newLock();
        private final Condition answered = lock.newCondition();
        private final Map<SectorNumber, T> answers = new TreeMap<>();
        private final Map<SectorNumber, String> problems = new TreeMap<>();
        private boolean over;

        Round(Question<T> question, int asked) {
            this.question = question;
            this.asked = asked;
        }

        void answer(SectorNumber sector) {
            try {
                T answer = question.ask(sector);
                note(() -> answers.put(sector, answer));
            } catch (InterruptedException | IOException | RuntimeException | Error e) {
                note(() -> problems.put(sector, words(e)));
            }
        }

        private void note(Runnable what) {
            lock.lock();
            try {
                if (!over) {
                    what.run();
                    if (isAnswered()) {
                        answered.signalAll();
                    }
                }
            } finally {
                lock.unlock();
            }
        }

        Answers<T> await(Collection<SectorNumber> sectors, Supplier<Duration> left, long start)
                throws InterruptedException {
            lock.lock();
            try {
                while (!isAnswered()) {
                    Duration still = left.get();
                    if (!still.isPositive()) {
                        break;
                    }
                    answered.awaitNanos(Math.min(still.toNanos(), LOOK_AGAIN.toNanos()));
                }
                over = true;
                var late = new TreeSet<>(sectors);
                late.removeAll(answers.keySet());
                late.removeAll(problems.keySet());
                return new Answers<>(answers, problems, late, Duration.ofNanos(timeline.nanoTime() - start));
            } finally {
                lock.unlock();
            }
        }

        private boolean isAnswered() {
            return answers.size() + problems.size() >= asked;
        }

        void end() {
            lock.lock();
            try {
                over = true;
            } finally {
                lock.unlock();
            }
        }
    }
}
