package io.adit.proofs;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Says in a line for each tenth how far the making of parameters has come: for logs and pipes. */
public final class TenthsPrinter implements ParameterStore.ProgressListener {
    private static final int TENTH = 10;

    private final String title;
    private final Consumer<String> lines;
    private long tenths;

    public TenthsPrinter(String title, Consumer<String> lines) {
        this.title = title;
        this.lines = lines;
    }

    @Override
    public void progress(String file, double percent, Optional<Duration> left) {
        long now = (long) percent / TENTH;
        if (now > tenths) {
            tenths = now;
            lines.accept("%s %3d%%, %s"
                    .formatted(
                            title,
                            tenths * TENTH,
                            left.map(time -> time.toSeconds() + " s left").orElse("estimating")));
        }
    }
}
