package io.adit.market.filter;

/** What a filter said. */
public sealed interface FilterAnswer {
    /** The deal may be taken. */
    record Accept() implements FilterAnswer {}

    /**
     * The deal must not be taken.
     *
     * @param reason one line, bounded, for the client; may be empty
     */
    record Reject(String reason) implements FilterAnswer {}

    /**
     * It said neither.
     *
     * @param why for the operator
     */
    record None(String why) implements FilterAnswer {}

    /** Most characters of a reason. */
    int MAX_REASON = 1000;

    /** A rejection in the filter's words, made one line of at most {@value #MAX_REASON} characters. */
    static Reject reject(String words) {
        var line = words.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return new Reject(line.length() > MAX_REASON ? line.substring(0, MAX_REASON) + "…" : line);
    }
}
