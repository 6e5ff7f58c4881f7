package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.time.SimulatedTimeline;
import io.adit.ops.api.Alarm;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class AlarmBoardTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final SimulatedTimeline time = new SimulatedTimeline(Instant.EPOCH, new Random(7));
    private final AlarmBoard board = new AlarmBoard(time, registry);
    private final AtomicReference<List<String>> texts = new AtomicReference<>(List.of());

    private double counted(String alarm) {
        return registry.get("adit_alarms").tag("alarm", alarm).gauge().value();
    }

    @Test
    void sounding_whenSomethingIsWrong_isThereAtOnceAndCounted() {
        board.watch("messages", texts::get);
        board.watchOne("head", () -> Optional.of("it stands still"));
        assertThat(board.sounding()).containsExactly(new Alarm("head", "it stands still"));
        assertThat(counted("messages")).isZero();

        texts.set(List.of("one", "two"));

        assertThat(board.sounding())
                .containsExactly(
                        new Alarm("messages", "one"),
                        new Alarm("messages", "two"),
                        new Alarm("head", "it stands still"));
        assertThat(counted("messages")).isEqualTo(2);
    }

    @Test
    void sounding_whenTheAnswerTakesAWhile_isThatOfTheLastLook() {
        board.watchSlowly("signer", texts::get);
        texts.set(List.of("nothing can be signed"));
        assertThat(board.sounding()).isEmpty();

        board.start();
        time.runFor(Duration.ofSeconds(1));

        assertThat(board.sounding()).containsExactly(new Alarm("signer", "nothing can be signed"));
        texts.set(List.of());
        time.runFor(Duration.ofSeconds(11));
        assertThat(board.sounding()).isEmpty();
    }

    @Test
    void sounding_whenADatabaseHangs_saysSoAndKeepsTheOthersLooking() {
        var looks = new AtomicInteger();
        board.watchSlowly("messages", () -> {
            hang();
            return List.of();
        });
        board.watchSlowly("signer", texts::get);
        board.watchOne("head", () -> Optional.of("looked at %d times".formatted(looks.incrementAndGet())));
        board.start();
        texts.set(List.of("nothing can be signed"));

        time.runFor(Duration.ofSeconds(55));
        assertThat(board.sounding())
                .as("a minute is given")
                .containsExactly(new Alarm("signer", "nothing can be signed"), new Alarm("head", "looked at 7 times"));
        time.runFor(Duration.ofSeconds(35));

        assertThat(board.sounding()).extracting(Alarm::name).containsExactly("messages", "signer", "head");
        assertThat(board.sounding().getFirst().text()).contains("no answer for 90 seconds");
        assertThat(counted("messages")).isEqualTo(1);
    }

    private void hang() {
        try {
            time.sleep(Duration.ofDays(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void watchSlowly_whenTheBoardLooksAlready_isLookedAtToo() {
        board.start();
        time.runFor(Duration.ofSeconds(5));

        board.watchSlowly("signer", texts::get);
        texts.set(List.of("nothing can be signed"));
        time.runFor(Duration.ofSeconds(1));

        assertThat(board.sounding()).containsExactly(new Alarm("signer", "nothing can be signed"));
    }

    @Test
    void sounding_whenItCannotBeTold_isAnAlarmOfItsOwnAndNoOtherIsLost() {
        board.watch("disputes", () -> {
            throw new IllegalStateException("the store is closed");
        });
        board.watchOne("head", () -> Optional.of("it stands still"));

        board.start();
        time.runFor(Duration.ofSeconds(1));

        assertThat(board.sounding()).hasSize(2);
        assertThat(board.sounding().getFirst().text()).contains("cannot be told", "the store is closed");
        assertThat(counted("disputes")).isEqualTo(1);
    }
}
