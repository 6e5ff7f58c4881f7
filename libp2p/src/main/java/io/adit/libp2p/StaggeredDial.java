package io.adit.libp2p;

import io.adit.libp2p.Libp2pException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Several ways to one end, of which the first that works is taken (RFC 8305, "Happy Eyeballs"): each is tried when the
 * one before it has failed, or has not worked out within a short time. The others are then given up.
 */
final class StaggeredDial<W, T> {
    private final ExecutorService threads;
    private final Duration stagger;
    private final Attempt<W, T> attempt;
    private final Consumer<T> discard;

    /** Tries one way; ends early when its thread is interrupted. */
    @FunctionalInterface
    interface Attempt<W, T> {
        T to(W way) throws Libp2pException;
    }

    /**
     * @param stagger before the next way is tried as well; RFC 8305 recommends 250 ms
     * @param discard gets rid of what was made when something else was taken already
     */
    StaggeredDial(ExecutorService threads, Duration stagger, Attempt<W, T> attempt, Consumer<T> discard) {
        if (!stagger.isPositive()) {
            throw new IllegalArgumentException("the next way must be tried after some time, not " + stagger);
        }
        this.threads = threads;
        this.stagger = stagger;
        this.attempt = attempt;
        this.discard = discard;
    }

    /** @throws Libp2pException the first failure, with the others suppressed, if all fail; TIMEOUT; CLOSED */
    T first(List<W> ways, Deadline deadline) throws Libp2pException {
        if (ways.size() == 1) {
            return attempt.to(ways.getFirst());
        }
        var winner = new CompletableFuture<T>();
        var failures = new LinkedBlockingQueue<Optional<Libp2pException>>();
        var running = new ArrayList<Future<?>>();
        var failed = new ArrayList<Libp2pException>();
        try {
            while (failed.size() < ways.size() && !winner.isDone()) {
                if (running.size() < ways.size()) {
                    var way = ways.get(running.size());
                    running.add(threads.submit(() -> run(way, winner, failures)));
                }
                var patience = running.size() < ways.size() ? Deadline.after(stagger) : Deadline.NEVER;
                next(failures, patience, deadline).ifPresent(failed::add);
            }
            if (winner.isDone()) {
                return winner.join();
            }
        } catch (Libp2pException e) {
            giveUp(winner, e);
            throw e;
        } catch (RejectedExecutionException e) {
            giveUp(winner, e);
            throw new Libp2pException(Kind.CLOSED, "this host is closed", e);
        } finally {
            running.forEach(each -> each.cancel(true));
        }
        var reason = failed.getFirst();
        failed.stream().skip(1).forEach(reason::addSuppressed);
        throw reason;
    }

    /** Whoever comes later is no winner any more; who came just now has come for nothing. */
    private void giveUp(CompletableFuture<T> winner, Exception reason) {
        if (!winner.completeExceptionally(reason)) {
            discard.accept(winner.join());
        }
    }

    private void run(W way, CompletableFuture<T> winner, LinkedBlockingQueue<Optional<Libp2pException>> failures) {
        try {
            var made = attempt.to(way);
            if (!winner.complete(made)) {
                discard.accept(made);
            }
            failures.add(Optional.empty());
        } catch (Libp2pException e) {
            failures.add(Optional.of(e));
        } catch (RuntimeException e) {
            failures.add(Optional.of(new Libp2pException(Kind.UNREACHABLE, "cannot dial " + way, e)));
        }
    }

    /** The next failure; empty when one way has worked, or none has failed for as long as this side is patient. */
    private static Optional<Libp2pException> next(
            LinkedBlockingQueue<Optional<Libp2pException>> failures, Deadline patience, Deadline deadline)
            throws Libp2pException {
        try {
            var wait = Math.min(patience.remainingNanos(), deadline.remainingNanos());
            var news = failures.poll(wait, TimeUnit.NANOSECONDS);
            if (news == null && deadline.remainingNanos() == 0) {
                throw new Libp2pException(Kind.TIMEOUT, "deadline passed while dialling");
            }
            return news == null ? Optional.empty() : news;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Libp2pException(Kind.CLOSED, "interrupted while dialling", e);
        }
    }
}
