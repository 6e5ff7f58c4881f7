package io.adit.simulation;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Plays a row of seeds, as many at a time as there are cores. Each has a world, a time and a database of its own. */
final class Seeds {
    /** Of so many seeds one also makes blocks. */
    private static final int MINING_IN = 5;

    /** Of so many seeds one also has several machines that make blocks for one miner. */
    private static final int MACHINES_IN = 20;

    private final long first;
    private final long count;
    private final int epochs;

    /**
     * A row of seeds.
     *
     * @param first the first seed
     * @param count how many, one after the other
     * @param epochs length of the longest story; most are half as long
     */
    Seeds(long first, long count, int epochs) {
        this.first = first;
        this.count = count;
        this.epochs = epochs;
    }

    /**
     * Plays them all.
     *
     * @param lanes how many at a time
     * @param told hears each outcome when it is there, one at a time, in no order
     * @return the outcomes in the order of the seeds
     */
    List<Outcome> play(int lanes, Consumer<Outcome> told) throws InterruptedException {
        var next = new AtomicLong(first);
        var ended = new ArrayList<Outcome>();
        // Virtual threads, as the strands are: a hand-over between them does not wake a thread of the system.
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<Future<?>>();
            for (int lane = 0; lane < lanes; lane++) {
                running.add(threads.submit((Callable<Object>) () -> {
                    playNext(next, outcome -> {
                        synchronized (ended) {
                            ended.add(outcome);
                            told.accept(outcome);
                        }
                    });
                    return lanes;
                }));
            }
            for (var lane : running) {
                lane.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("playing seeds from " + first, e.getCause());
        }
        ended.sort((one, other) -> Long.compare(one.seed(), other.seed()));
        return ended;
    }

    private void playNext(AtomicLong next, Consumer<Outcome> told) throws IOException, SQLException {
        try (var store = new RunStore()) {
            for (long seed = next.getAndIncrement(); seed < first + count; seed = next.getAndIncrement()) {
                told.accept(play(seed, store));
            }
        }
    }

    private Outcome play(long seed, RunStore store) throws IOException, SQLException {
        var outcome = Simulation.play(seed, epochs, store);
        if (Math.floorMod(seed, MINING_IN) == 0) {
            return outcome.and(MiningHistory.play(seed, store.emptyHomes()));
        }
        return Math.floorMod(seed, MACHINES_IN) == 1 ? outcome.and(MachinesHistory.play(seed, store)) : outcome;
    }
}
