package io.adit.ops.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** One line for a person that is written over again and again: how much is done and how long the rest takes. */
final class ProgressLine {
    private static final int PERCENT = 100;
    private static final double KIB = 1024;

    private final PrintWriter out;
    private int width;

    ProgressLine(PrintWriter out) {
        this.out = out;
    }

    /** Writes the line over the last one. */
    void show(String done, long bytes, long total, Duration took) {
        var line = text(done, bytes, total, took);
        out.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
        out.flush();
        width = line.length();
    }

    /** Ends the line, if there is one. */
    void end() {
        if (width > 0) {
            out.println();
            out.flush();
        }
    }

    static String text(String done, long bytes, long total, Duration took) {
        if (total <= 0) {
            return size(bytes) + " " + done;
        }
        return String.format(
                Locale.ROOT,
                "%s of %s %s (%d%%)%s",
                size(bytes),
                size(total),
                done,
                (long) ((double) bytes / total * PERCENT),
                left(bytes, total, took).map(rest -> ", " + rest + " left").orElse(""));
    }

    /** At the speed so far. */
    private static Optional<String> left(long bytes, long total, Duration took) {
        if (bytes <= 0 || took.isZero()) {
            return Optional.empty();
        }
        long seconds = Math.round((double) took.toMillis() * (total - bytes) / bytes / 1000);
        if (seconds < 90) {
            return Optional.of(seconds + " s");
        }
        long minutes = (seconds + 30) / 60;
        return Optional.of(minutes < 90 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min");
    }

    private static String size(long bytes) {
        var units = new String[] {"B", "KiB", "MiB", "GiB", "TiB"};
        double value = bytes;
        int unit = 0;
        while (value >= KIB && unit < units.length - 1) {
            value /= KIB;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    }
}
