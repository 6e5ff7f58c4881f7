package io.adit.ops.demo;

import io.adit.core.error.AditException;
import io.adit.ops.OpsError;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One Java program as a child process. Its standard output is read line by line, its standard error goes to a log file,
 * and it ends when this process does: at the latest when its standard input closes.
 */
public final class Program implements AutoCloseable {
    private final String name;
    private final Process process;
    private final Path log;
    private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(1024);

    private Program(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a program.
     *
     * @param name for messages and the log file's name
     * @param classPath the class path, as {@code java -cp} takes it
     * @param mainClass the class with {@code main}
     * @param arguments its arguments
     * @param environment added to this process's environment
     * @param logs the folder for its log
     */
    public static Program start(
            String name,
            String classPath,
            String mainClass,
            List<String> arguments,
            Map<String, String> environment,
            Path logs) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx1g", "-Xshare:auto"));
        command.addAll(List.of("-cp", classPath, mainClass));
        command.addAll(arguments);
        var log = logs.resolve(name + ".log");
        try {
            Files.createDirectories(logs);
            var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(environment);
            var program = new Program(name, builder.start(), log);
            // A platform thread: reading a pipe holds the thread it runs on, and virtual ones share a carrier per core.
            Thread.ofPlatform().daemon().name(name + "-output").start(program::readOutput);
            return program;
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "starting " + name, e);
        }
    }

    private void readOutput() {
        try (var output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = output.readLine(); line != null; line = output.readLine()) {
                if (!lines.offer(line)) {
                    // Nobody reads any more; the pipe must still be emptied, or the program would stop.
                    lines.clear();
                }
            }
        } catch (IOException e) {
            // The process is gone; whoever waits for it sees that.
        }
    }

    /** The next line of its standard output. */
    public String nextLine(Duration patience) {
        try {
            long end = System.nanoTime() + patience.toNanos();
            while (System.nanoTime() < end) {
                var line = lines.poll(100, TimeUnit.MILLISECONDS);
                if (line != null) {
                    return line;
                }
                if (!process.isAlive() && lines.isEmpty()) {
                    throw failed("ended with exit code " + process.exitValue());
                }
            }
            throw failed("said nothing for " + patience.toSeconds() + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AditException(OpsError.DEMO_STEP_FAILED, "interrupted while waiting for " + name, e);
        }
    }

    /** Waits for its end and answers its exit code. */
    public int waitFor(Duration patience) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw failed("did not end within " + patience.toSeconds() + " s");
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AditException(OpsError.DEMO_STEP_FAILED, "interrupted while waiting for " + name, e);
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** SIGKILL, as a power cut would: no shutdown hook runs. */
    public void kill() {
        process.destroyForcibly();
        waitFor(Duration.ofSeconds(20));
    }

    /** Asks it to stop and waits; kills it when it does not. */
    @Override
    public void close() {
        if (!process.isAlive()) {
            return;
        }
        process.destroy();
        try {
            if (!process.waitFor(15, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** An error that names the program and shows the end of its log. */
    public AditException failed(String what) {
        return new AditException(OpsError.DEMO_STEP_FAILED, name + " " + what + ". The end of " + log + ":\n" + tail());
    }

    private String tail() {
        try {
            var all = Files.readAllLines(log);
            return String.join("\n", all.subList(Math.max(0, all.size() - 25), all.size()));
        } catch (IOException e) {
            return "(" + e + ")";
        }
    }
}
