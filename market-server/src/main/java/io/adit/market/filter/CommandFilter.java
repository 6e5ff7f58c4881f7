package io.adit.market.filter;

import io.adit.market.filter.FilterAnswer.Accept;
import io.adit.market.filter.FilterAnswer.None;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A program that judges deals, as Boost and Droplet run it: {@code sh -c COMMAND}, the deal as JSON on standard input; code 0
 * takes the deal, another one does not, and what it printed is the reason.
 */
final class CommandFilter {
    /** For what the program printed to arrive once it has ended; a child that it left behind may hold the pipe open. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private static final int MAX_OUTPUT = 4 * FilterAnswer.MAX_REASON;
    private static final int READ_AT_ONCE = 8 << 10;

    /** Codes of {@code sh} for a program that cannot be run, and that is not there. */
    private static final int CANNOT_RUN = 126;

    private static final int NOT_FOUND = 127;

    private CommandFilter() {}

    static FilterAnswer ask(String command, Duration timeout, byte[] document) throws InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder("sh", "-c", command)
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            return new None("the deal filter cannot be started: " + e.getMessage());
        }
        var output = new ByteArrayOutputStream();
        // Platform threads: both calls hold the carrier of a virtual thread until the program reads or prints.
        var reader = Thread.ofPlatform().daemon().name("deal-filter-out").start(() -> read(process, output));
        Thread.ofPlatform().daemon().name("deal-filter-in").start(() -> write(process, document));
        try {
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                return new None("the deal filter did not answer within " + timeout.toMillis() + " ms");
            }
            reader.join(LAST_WORDS);
            return answer(process.exitValue(), output.toString(StandardCharsets.UTF_8));
        } finally {
            stop(process);
        }
    }

    private static FilterAnswer answer(int code, String output) {
        return switch (code) {
            case 0 -> new Accept();
            case CANNOT_RUN, NOT_FOUND -> new None("the deal filter cannot be run: " + output.strip());
            default -> FilterAnswer.reject(output);
        };
    }

    private static void stop(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** What is too much is read and forgotten, so that the program does not wait for a reader. */
    private static void read(Process process, ByteArrayOutputStream output) {
        try (InputStream in = process.getInputStream()) {
            var bytes = new byte[READ_AT_ONCE];
            for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                output.write(bytes, 0, Math.max(0, Math.min(n, MAX_OUTPUT - output.size())));
            }
        } catch (IOException e) {
            // It ended, or was ended.
        }
    }

    private static void write(Process process, byte[] document) {
        try (var out = process.getOutputStream()) {
            out.write(document);
        } catch (IOException e) {
            // A program may judge without reading.
        }
    }
}
