package io.adit.core.task;

import io.adit.core.time.Strand;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A task while it runs here: what it holds, whether it still may commit, and which signals came meanwhile. */
final class RunningTask implements TaskContext {
    private final Task task;
    private final Resources needs;
    private final InstantSource clock;
    private final Set<String> signals = ConcurrentHashMap.newKeySet();
    private volatile Instant leaseUntil;
    private volatile boolean lost;
    private volatile @Nullable String progress;
    private volatile boolean stopAsked;
    private volatile @Nullable Strand strand;

    RunningTask(Task task, Resources needs, InstantSource clock) {
        this.task = task;
        this.needs = needs;
        this.clock = clock;
        this.leaseUntil = task.leaseUntil().orElseThrow();
    }

    Task task() {
        return task;
    }

    Resources needs() {
        return needs;
    }

    void runOn(Strand mine) {
        strand = mine;
        if (stopAsked) {
            mine.interrupt();
        }
    }

    void interrupt() {
        stopAsked = true;
        var running = strand;
        if (running != null) {
            running.interrupt();
        }
    }

    void renewed(Instant until) {
        leaseUntil = until;
    }

    void lose() {
        lost = true;
    }

    void signalled(String name) {
        signals.add(name);
    }

    boolean wasSignalled(String name) {
        return signals.contains(name);
    }

    @Override
    public boolean stillOwned() {
        return !lost && clock.instant().isBefore(leaseUntil);
    }

    @Override
    public void progress(String words) {
        progress = words;
    }

    Optional<String> progress() {
        return Optional.ofNullable(progress);
    }

    @Override
    public Instant now() {
        return clock.instant();
    }
}
