package io.adit.chain.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.adit.core.time.SystemTimeline;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class SenderLaneTest {
    @Test
    void inTurn_whenSeveralWait_letsTheMostUrgentInFirst() throws InterruptedException {
        var lane = new SenderLane(new SystemTimeline());
        var order = new CopyOnWriteArrayList<String>();
        var entered = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var holder = Thread.startVirtualThread(() -> lane.inTurn(MessagePriority.BACKGROUND, () -> {
            entered.countDown();
            return awaitUninterrupted(release);
        }));
        entered.await();

        var threads = new java.util.ArrayList<Thread>(List.of(holder));
        int waiting = 0;
        for (var priority : List.of(
                MessagePriority.DEAL,
                MessagePriority.COMMIT,
                MessagePriority.DEAL,
                MessagePriority.WINDOW_POST,
                MessagePriority.PRECOMMIT)) {
            var name = priority + "/" + waiting;
            threads.add(Thread.startVirtualThread(() -> lane.inTurn(priority, () -> order.add(name))));
            int expected = ++waiting;
            await().until(() -> lane.queued() == expected);
        }
        release.countDown();
        for (var thread : threads) {
            thread.join();
        }

        assertThat(order).containsExactly("WINDOW_POST/3", "COMMIT/1", "PRECOMMIT/4", "DEAL/0", "DEAL/2");
    }

    private static boolean awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
