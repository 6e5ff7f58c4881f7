package io.adit.market.bitswap;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.ipld.Cid;
import io.adit.market.bitswap.PeerWants.Want;
import io.adit.market.bitswap.WantEntry.Kind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PeerWantsTest {
    private final PeerWants wants = new PeerWants(4);

    @Test
    void theHighestPriorityIsFirst_thenTheOldest() throws InterruptedException {
        put("a", 1, Kind.BLOCK);
        put("b", 5, Kind.HAVE);
        put("c", 5, Kind.BLOCK);
        put("d", -7, Kind.BLOCK);

        assertThat(names(wants.take(3))).containsExactly(cid("b"), cid("c"), cid("a"));
        assertThat(names(wants.take(3))).containsExactly(cid("d"));
        assertThat(wants.take(3)).isEmpty();
    }

    @Test
    void wantingTheBlock_isMoreThanAskingForIt() throws InterruptedException {
        put("a", 1, Kind.HAVE);
        put("a", 9, Kind.BLOCK);
        put("a", 3, Kind.HAVE);

        var taken = wants.take(4);
        assertThat(taken).hasSize(1);
        assertThat(taken.getFirst().kind()).isEqualTo(Kind.BLOCK);
        assertThat(taken.getFirst().priority()).isEqualTo(9);

        // Asked while the answer is under way: once is enough, unless it was a question only.
        put("a", 1, Kind.BLOCK);
        assertThat(wants.take(4)).isEmpty();
        wants.answered(taken.getFirst());
        put("a", 1, Kind.HAVE);
        var asked = wants.take(4).getFirst();
        put("a", 1, Kind.BLOCK);
        assertThat(wants.isWanted(asked)).isFalse();
        wants.answered(asked);
        assertThat(wants.take(4)).hasSize(1);
    }

    @Test
    void whatIsCancelled_isNotAnswered() throws InterruptedException {
        put("a", 1, Kind.BLOCK);
        put("b", 1, Kind.BLOCK);
        var taken = wants.take(1).getFirst();

        put("a", 0, Kind.CANCEL);
        put("b", 0, Kind.CANCEL);
        put("never", 0, Kind.CANCEL);

        assertThat(wants.isWanted(taken)).isFalse();
        assertThat(wants.size()).isZero();
        assertThat(wants.take(1)).isEmpty();
    }

    @Test
    void aFullWantlist_takesTheRestBack() throws InterruptedException {
        put("a", 1, Kind.BLOCK);
        put("b", 1, Kind.BLOCK);
        put("c", 1, Kind.BLOCK);
        var taken = wants.take(2);
        var message = wants.beginMessage();
        for (var name : List.of("b", "d")) {
            wants.put(new WantEntry(cid(name), 1, Kind.BLOCK, false), message, Duration.ZERO);
        }

        wants.keepOnly(message);

        assertThat(taken).extracting(wants::isWanted).containsExactly(false, true);
        assertThat(names(wants.take(4))).containsExactly(cid("d"));
    }

    @Test
    void whoWantsTooMuch_waitsUntilSomeIsAnswered() throws Exception {
        for (var name : List.of("a", "b", "c", "d")) {
            put(name, 1, Kind.BLOCK);
        }
        assertThat(wants.put(entry("e", 1, Kind.BLOCK), 0, Duration.ZERO)).isFalse();
        // What is known already takes no more room.
        assertThat(wants.put(entry("a", 2, Kind.BLOCK), 0, Duration.ZERO)).isTrue();

        var taken = wants.take(1).getFirst();
        assertThat(wants.put(entry("e", 1, Kind.BLOCK), 0, Duration.ZERO)).isFalse();
        var later = CompletableFuture.supplyAsync(() -> {
            try {
                return wants.put(entry("e", 1, Kind.BLOCK), 0, Duration.ofMinutes(2));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        wants.answered(taken);
        assertThat(later.get()).isTrue();
        assertThat(wants.size()).isEqualTo(4);
    }

    @Test
    void oneServesThem_untilThereAreNone() throws InterruptedException {
        assertThat(wants.claim()).isFalse();
        put("a", 1, Kind.BLOCK);
        assertThat(wants.claim()).isTrue();
        assertThat(wants.claim()).isFalse();
        assertThat(wants.release()).isFalse();
        wants.answered(wants.take(1).getFirst());
        assertThat(wants.release()).isTrue();
        put("b", 1, Kind.BLOCK);
        assertThat(wants.claim()).isTrue();
        assertThat(wants.drop()).isEqualTo(1);
        put("c", 1, Kind.BLOCK);
        assertThat(wants.claim()).isTrue();
    }

    private void put(String name, int priority, Kind kind) throws InterruptedException {
        assertThat(wants.put(entry(name, priority, kind), 0, Duration.ZERO)).isTrue();
    }

    private static WantEntry entry(String name, int priority, Kind kind) {
        return new WantEntry(cid(name), priority, kind, false);
    }

    private static List<Cid> names(List<Want> wants) {
        return wants.stream().map(Want::cid).toList();
    }

    private static Cid cid(String name) {
        return Cid.rawSha256(name.getBytes(US_ASCII));
    }
}
