package io.adit.chain.node.pool;

import io.adit.core.time.Strand;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One question to one node, on a strand of its own. Guarded by the pool's lock, except the strand. */
final class Attempt<R> {
    final Member member;
    final long begun;
    private @Nullable Strand strand;
    private boolean ended;
    private Optional<R> answer = Optional.empty();
    private Optional<RuntimeException> failure = Optional.empty();

    Attempt(Member member, long begun) {
        this.member = member;
        this.begun = begun;
    }

    void runs(Strand asking) {
        strand = asking;
    }

    void answered(R value) {
        ended = true;
        answer = Optional.of(value);
    }

    void failed(RuntimeException why) {
        ended = true;
        failure = Optional.of(why);
    }

    boolean ended() {
        return ended;
    }

    Optional<R> answer() {
        return answer;
    }

    Optional<RuntimeException> failure() {
        return failure;
    }

    /** Nobody waits for it any more. */
    void abandon() {
        var asking = strand;
        if (!ended && asking != null) {
            asking.interrupt();
        }
    }
}
