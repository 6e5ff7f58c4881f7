package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SharedTurnTest {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Integer> sizes = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private List<String> shout(List<Integer> numbers) {
        sizes.add(numbers.size());
        if (numbers.contains(13)) {
            throw new IllegalStateException("no thirteen");
        }
        if (numbers.contains(14)) {
            throw new StackOverflowError("no fourteen");
        }
        return numbers.stream().map(number -> number + "!").toList();
    }

    /** The answers to questions that all wait before the first is answered. */
    private List<Future<String>> together(SharedTurn<Integer, String> turn, int... numbers) {
        var answers = new ArrayList<Future<String>>();
        lock.lock();
        try {
            for (int number : numbers) {
                answers.add(threads.submit(() -> turn.answer(number)));
            }
            await().until(() -> turn.waiting() == numbers.length);
        } finally {
            lock.unlock();
        }
        return answers;
    }

    @Test
    void answersTogether_whateverWaits() throws Exception {
        var turn = new SharedTurn<>(lock, 64, this::shout);

        var answers = together(turn, IntStream.range(20, 50).toArray());

        for (int i = 0; i < 30; i++) {
            assertThat(answers.get(i).get()).isEqualTo((20 + i) + "!");
        }
        assertThat(sizes).containsExactly(30);
    }

    @Test
    void bounds_whatIsAnsweredTogether() throws Exception {
        var turn = new SharedTurn<>(lock, 4, this::shout);

        for (var answer : together(turn, IntStream.range(20, 30).toArray())) {
            answer.get();
        }
        assertThat(sizes).containsExactlyInAnyOrder(4, 4, 2);
    }

    @Test
    void answersEachAlone_whenTogetherFails() throws Exception {
        var turn = new SharedTurn<>(lock, 64, this::shout);

        var answers = together(turn, 12, 13, 15);

        assertThat(answers.get(0).get()).isEqualTo("12!");
        assertThat(answers.get(2).get()).isEqualTo("15!");
        assertThatThrownBy(() -> answers.get(1).get())
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("no thirteen");
        assertThat(turn.answer(15)).isEqualTo("15!");
    }

    @Test
    void answersAll_whenAnErrorIsThrown() throws Exception {
        var turn = new SharedTurn<>(lock, 64, this::shout);

        var answers = together(turn, 12, 14, 15);

        assertThat(answers.get(0).get()).isEqualTo("12!");
        assertThat(answers.get(2).get()).isEqualTo("15!");
        assertThatThrownBy(() -> answers.get(1).get())
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(StackOverflowError.class);
        assertThat(turn.answer(16)).isEqualTo("16!");
    }
}
