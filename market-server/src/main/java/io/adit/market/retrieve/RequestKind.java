package io.adit.market.retrieve;

import java.util.Locale;

/** What a request is for, as the metrics and the limits tell them apart. */
enum RequestKind {
    PIECE,
    BLOCK,
    CAR,
    FILE,
    OTHER;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
