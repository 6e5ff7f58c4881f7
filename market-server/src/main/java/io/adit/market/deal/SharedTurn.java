package io.adit.market.deal;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Lock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Answers questions of many threads one after the other, all that wait at once together: whoever gets the turn answers for the
 * others, who find their answer when they get it. Where an answer costs a commit, one commit serves them all.
 *
 * @param <Q> a question
 * @param <A> its answer
 */
final class SharedTurn<Q, A> {
    private final Lock turn;
    private final int most;
    private final Function<List<Q>, List<A>> together;
    private final Queue<Entry<Q, A>> waiting = new ConcurrentLinkedQueue<>();

    /**
     * @param turn whoever has it answers
     * @param most questions that are answered together
     * @param together answers questions in their order, or throws and has done nothing
     */
    SharedTurn(Lock turn, int most, Function<List<Q>, List<A>> together) {
        this.turn = turn;
        this.most = most;
        this.together = together;
    }

    /** A question; its answer is written and read by who has the turn. */
    private static final class Entry<Q, A> {
        private final Q question;
        private @Nullable A answer;
        private @Nullable Throwable failure;

        Entry(Q question) {
            this.question = question;
        }

        boolean isAnswered() {
            return answer != null || failure != null;
        }
    }

    /** The answer to a question; what answering it alone threw is thrown here. */
    A answer(Q question) {
        var mine = new Entry<Q, A>(question);
        waiting.add(mine);
        turn.lock();
        try {
            while (!mine.isAnswered()) {
                answer(next());
            }
        } finally {
            turn.unlock();
        }
        if (mine.answer != null) {
            return mine.answer;
        }
        if (mine.failure instanceof Error error) {
            throw error;
        }
        throw mine.failure instanceof RuntimeException failure
                ? failure
                : new IllegalStateException("a question was not answered", mine.failure);
    }

    /** How many wait for an answer. */
    int waiting() {
        return waiting.size();
    }

    private List<Entry<Q, A>> next() {
        var next = new ArrayList<Entry<Q, A>>();
        for (var entry = waiting.poll(); entry != null; entry = next.size() < most ? waiting.poll() : null) {
            next.add(entry);
        }
        return next;
    }

    private void answer(List<Entry<Q, A>> entries) {
        try {
            var answers =
                    together.apply(entries.stream().map(entry -> entry.question).toList());
            for (int i = 0; i < entries.size(); i++) {
                entries.get(i).answer = answers.get(i);
            }
        } catch (Throwable e) {
            // Also an error: these entries are in the queue no more, and whoever asked would look for an answer for
            // ever.
            if (entries.size() == 1) {
                entries.getFirst().failure = e;
            } else {
                // One of them may be to blame: the others must not suffer for it.
                entries.forEach(entry -> answer(List.of(entry)));
            }
        }
    }
}
