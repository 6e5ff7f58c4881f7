package io.adit.chain.node.pool;

import java.time.Duration;

/** What the pool thinks of one of its nodes. */
public sealed interface Verdict {

    /** It answers in time and agrees with the others. */
    record Healthy() implements Verdict {}

    /** It answers, but late. */
    record Slow(Duration latency) implements Verdict {}

    /** Its head stays behind that of another node. */
    record Lagging(long epochs) implements Verdict {}

    /** It does not answer. */
    record Unreachable(String why) implements Verdict {}

    /** It says what cannot be. It is fenced: nothing it says is believed and nothing is sent to it. */
    record Lying(Lie lie, String words) implements Verdict {}

    /** The kinds of lies that are looked for. */
    enum Lie {
        /** Another network, genesis or block time than the others. */
        OTHER_CHAIN,
        /** A header whose CID is not the one it goes by. */
        WRONG_HEADER,
        /** A head of an epoch that has not come yet by this machine's clock. */
        FUTURE_EPOCH,
        /** A base fee other than what the others say follows from the same parents. */
        WRONG_BASE_FEE,
        /** Another number of the miner's sectors than others say at the same tipset. */
        WRONG_SECTORS
    }

    /** Order of preference: who has a smaller one is asked first. */
    default int rank() {
        return switch (this) {
            case Healthy h -> 0;
            case Slow s -> 1;
            case Lagging l -> 2;
            case Unreachable u -> 3;
            case Lying l -> 4;
        };
    }

    /** Whether it is as good as the others, if perhaps slower. */
    default boolean good() {
        return rank() <= 1;
    }

    /** Whether it must not be asked at all. */
    default boolean fenced() {
        return this instanceof Lying;
    }

    /** For the log. */
    default String sentence() {
        return switch (this) {
            case Healthy h -> "is healthy";
            case Slow s -> "is slow: " + s.latency().toMillis() + " ms to name its head";
            case Lagging l -> "lags " + l.epochs() + " epochs behind";
            case Unreachable u -> "is unreachable: " + u.why();
            case Lying l -> "LIES and is fenced (" + l.lie() + "): " + l.words();
        };
    }

    /** Whether it is the same kind of verdict, whatever its figures. */
    default boolean sameKind(Verdict other) {
        return rank() == other.rank()
                && (!(this instanceof Lying a) || !(other instanceof Lying b) || a.lie() == b.lie());
    }
}
