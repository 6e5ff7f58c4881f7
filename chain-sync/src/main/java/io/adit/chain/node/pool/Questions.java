package io.adit.chain.node.pool;

import io.adit.chain.node.FullNode;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.core.error.AditException;
import io.adit.core.error.ErrorKind;
import io.adit.core.time.Strand;
import io.adit.core.time.Timeline;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Asks nodes, each on a strand of its own, so that the one who waits can turn to another node without the first one's
 * consent: a half-open connection gives neither an answer nor an error.
 */
final class Questions {

    private final Timeline timeline;
    private final Lock lock;
    private final Set<Condition> waiting = new LinkedHashSet<>();

    Questions(Timeline timeline, Lock lock) {
        this.timeline = timeline;
        this.lock = lock;
    }

    /** Wakes all who wait: a verdict has changed. The lock is held. */
    void verdictsChanged() {
        waiting.forEach(Condition::signalAll);
    }

    /** Starts asking. The lock is held. */
    private <R> Attempt<R> ask(Member member, String what, Function<FullNode, R> question, Condition news) {
        var attempt = new Attempt<R>(member, timeline.nanoTime());
        attempt.runs(timeline.start(
                Strand.Kind.VIRTUAL, what + " of " + member.name, () -> answer(attempt, what, question, news)));
        return attempt;
    }

    private <R> void answer(Attempt<R> attempt, String what, Function<FullNode, R> question, Condition news) {
        Runnable end = () -> attempt.failed(RpcException.unanswered(
                RpcErrorCode.NODE_UNREACHABLE, what, "the call of " + attempt.member.name + " broke off"));
        try {
            var answer = question.apply(attempt.member.node);
            end = () -> attempt.answered(answer);
        } catch (RuntimeException e) {
            end = () -> attempt.failed(e);
        } finally {
            lock.lock();
            try {
                end.run();
                news.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Asks all of them at once and waits until all have answered or the patience is over. */
    <R> List<Attempt<R>> gather(List<Member> members, String what, Duration patience, Function<FullNode, R> question)
            throws InterruptedException {
        lock.lock();
        try {
            var news = lock.newCondition();
            var attempts = members.stream()
                    .map(member -> ask(member, what, question, news))
                    .toList();
            try {
                long left = patience.toNanos();
                while (left > 0 && !attempts.stream().allMatch(Attempt::ended)) {
                    left = news.awaitNanos(left);
                }
            } finally {
                attempts.forEach(Attempt::abandon);
            }
            return attempts;
        } finally {
            lock.unlock();
        }
    }

    /**
     * How a call goes from node to node.
     *
     * @param what the method, for people
     * @param order whom to ask, in this order
     * @param atOnce how many to ask from the beginning
     * @param patience after so long without an answer a good node that is left is asked too
     * @param settles whether a failure is the answer, so that nobody else is asked
     * @param sends whether bytes were sent: then a failure counts only if every node gave one that settles, because
     *     otherwise one of them may have taken them; and who has not answered yet goes on
     */
    record Route(
            String what,
            List<Member> order,
            int atOnce,
            Duration patience,
            Predicate<RuntimeException> settles,
            boolean sends) {}

    /**
     * Asks along a route; the first answer counts.
     *
     * @param suspected told of each node that did not answer
     */
    <R> R race(Route route, Consumer<Member> suspected, Function<FullNode, R> question) {
        lock.lock();
        try {
            var race = new Race<>(route, question);
            try {
                return race.run();
            } finally {
                race.unanswering().forEach(suspected);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RpcException.unanswered(
                    RpcErrorCode.NODE_UNREACHABLE, route.what(), "interrupted while waiting for an answer", e);
        } finally {
            lock.unlock();
        }
    }

    /** One call on its way. The lock is held throughout, and given up only to wait. */
    private final class Race<R> {
        private final Route route;
        private final Function<FullNode, R> question;
        private final Condition news = lock.newCondition();
        private final ArrayDeque<Member> left;
        private final List<Attempt<R>> attempts = new ArrayList<>();

        Race(Route route, Function<FullNode, R> question) {
            this.route = route;
            this.question = question;
            this.left = new ArrayDeque<>(route.order());
        }

        R run() throws InterruptedException {
            waiting.add(news);
            try {
                for (int i = 0; i < route.atOnce() && !left.isEmpty(); i++) {
                    askNext();
                }
                while (true) {
                    var answer = attempts.stream()
                            .filter(a -> a.answer().isPresent())
                            .findFirst();
                    if (answer.isPresent()) {
                        return answer.get().answer().orElseThrow();
                    }
                    long pause = goOnOrThrow();
                    if (pause > 0) {
                        news.awaitNanos(pause);
                    }
                }
            } finally {
                waiting.remove(news);
                if (!route.sends()) {
                    attempts.forEach(Attempt::abandon);
                }
            }
        }

        List<Member> unanswering() {
            return attempts.stream()
                    .filter(a -> !a.ended()
                            || a.failure().filter(Questions::isOfTheWay).isPresent())
                    .map(a -> a.member)
                    .toList();
        }

        /** Asks the next where it is time; answers how many nanoseconds nothing is to be done but wait. */
        private long goOnOrThrow() {
            var failures = attempts.stream().flatMap(a -> a.failure().stream()).toList();
            boolean settled = failures.stream().anyMatch(route.settles());
            var running = attempts.stream().filter(a -> !a.ended()).toList();
            if (settled && !route.sends()) {
                throw failures.stream().filter(route.settles()).findFirst().orElseThrow();
            }
            boolean nobodyLeft = left.isEmpty() || settled;
            if (running.isEmpty()) {
                if (nobodyLeft) {
                    throw worst(failures);
                }
                askNext();
                return 0;
            }
            long pause = nobodyLeft ? Long.MAX_VALUE : untilNext(running);
            if (pause <= 0) {
                askNext();
            }
            return pause;
        }

        /** Nanoseconds until the next node is to be asked too, as things stand. */
        private long untilNext(List<Attempt<R>> running) {
            if (running.stream().noneMatch(a -> a.member.verdict().good())) {
                return 0;
            }
            // Who is behind the others must not win only by being quicker.
            if (!left.getFirst().verdict().good()) {
                return Long.MAX_VALUE;
            }
            return running.getLast().begun + route.patience().toNanos() - timeline.nanoTime();
        }

        private void askNext() {
            var next = left.removeFirst();
            if (!next.verdict().fenced() || attempts.isEmpty()) {
                attempts.add(ask(next, route.what(), question, news));
            }
        }

        /** Failures of the way come first: after them asking again makes sense, and bytes may have arrived. */
        private RuntimeException worst(List<RuntimeException> failures) {
            return failures.stream()
                    .filter(Questions::isOfTheWay)
                    .findFirst()
                    .orElseGet(() -> failures.stream()
                            .filter(route.settles())
                            .findFirst()
                            .orElseGet(failures::getFirst));
        }
    }

    static boolean isOfTheWay(RuntimeException failure) {
        return failure instanceof AditException e && e.kind() == ErrorKind.NETWORK;
    }
}
