package io.adit.proofs;

import io.adit.core.error.AditException;
import io.adit.core.fil.SectorNumber;
import io.adit.proofs.WorkerMessages.Hello;
import io.adit.proofs.WorkerMessages.Request;
import io.adit.proofs.WorkerMessages.Response;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** One running worker: its process and its socket. Used by one caller at a time. */
final class WorkerProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerProcess.class);
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);
    private static final int MAX_LOG_LINE = 4000;

    /**
     * What the proof library, the GPU drivers and the dynamic linker read. Everything else stays with the node, above
     * all the keystore's passphrase: a worker never signs.
     */
    private static final Pattern INHERITED_VARIABLE =
            Pattern.compile("PATH|HOME|USER|LANG|LC_.*|TZ|TMPDIR|LD_LIBRARY_PATH"
                    + "|DYLD_LIBRARY_PATH|FIL_PROOFS_.*|BELLMAN_.*|EC_GPU_.*|CUDA.*|NVIDIA_.*|OCL_.*|NEPTUNE_.*|RAYON_.*|RUST_.*|ADIT_LOG_LEVEL"
                    + "|ADIT_HASH_KERNEL");

    /** The worker is no more, or must not be used any more. */
    static final class WorkerGone extends Exception {
        private static final long serialVersionUID = 1L;

        private final ProofsError error;
        private final Optional<SectorNumber> sector;

        WorkerGone(ProofsError error, String message) {
            this(error, message, Optional.empty());
        }

        WorkerGone(ProofsError error, String message, Optional<SectorNumber> sector) {
            super(message);
            this.error = error;
            this.sector = sector;
        }

        ProofsError error() {
            return error;
        }

        /** See {@link ProofsException#sector()}. */
        Optional<SectorNumber> sector() {
            return sector;
        }
    }

    private final WorkerLane lane;
    private final Process process;
    private final FrameChannel frames;
    private long nextId;

    private WorkerProcess(WorkerLane lane, Process process, FrameChannel frames) {
        this.lane = lane;
        this.process = process;
        this.frames = frames;
    }

    /** Starts a worker and waits until it has loaded the library. */
    static WorkerProcess start(WorkerLane lane, int index, WorkerOptions options) throws WorkerGone {
        Path socketDirectory = null;
        try {
            // Sockets have paths of at most some hundred bytes, so not in the node's own directory.
            socketDirectory = Files.createTempDirectory("adit");
            return start(lane, index, options, socketDirectory.resolve("worker"));
        } catch (IOException failed) {
            throw new WorkerGone(
                    ProofsError.WORKER_START_FAILED, "Starting a %s worker: %s".formatted(lane, failed.getMessage()));
        } finally {
            if (socketDirectory != null) {
                removeQuietly(socketDirectory.resolve("worker"));
                removeQuietly(socketDirectory);
            }
        }
    }

    private static WorkerProcess start(WorkerLane lane, int index, WorkerOptions options, Path socket)
            throws IOException, WorkerGone {
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            var process = launch(lane, index, options, socket);
            var limit = options.startLimit();
            var timedOut = new AtomicBoolean();
            var watch = stopAfter(limit, process, server, timedOut);
            var frames = Optional.<FrameChannel>empty();
            // A worker that dies before it connects must not leave the accept below waiting.
            var exitWatch = process.onExit().thenRun(() -> closeQuietly(server));
            try {
                var connected = new FrameChannel(server.accept());
                frames = Optional.of(connected);
                var hello = Hello.fromCbor(connected.receive());
                if (!hello.ready()) {
                    throw new ProofsException(ProofsError.LIBRARY_MISSING, hello.text());
                }
                if (hello.version() != WorkerMessages.VERSION) {
                    throw new ProofsException(
                            ProofsError.WORKER_PROTOCOL,
                            "The worker speaks version %d, the node %d."
                                    .formatted(hello.version(), WorkerMessages.VERSION));
                }
                LOG.info("Started {} worker {} (process {}): {}", lane, index, process.pid(), hello.text());
                return new WorkerProcess(lane, process, connected);
            } catch (IOException failed) {
                process.destroyForcibly();
                frames.ifPresent(WorkerProcess::closeQuietly);
                if (Thread.currentThread().isInterrupted()) {
                    throw new ProofsException(
                            ProofsError.INTERRUPTED, "Starting a %s worker was interrupted.".formatted(lane), failed);
                }
                var reason = timedOut.get() ? "it was not ready within " + limit : describeEnd(process);
                throw new WorkerGone(
                        ProofsError.WORKER_START_FAILED,
                        "Starting a %s worker: %s; its output is in the log.".formatted(lane, reason));
            } catch (AditException refused) {
                process.destroyForcibly();
                frames.ifPresent(WorkerProcess::closeQuietly);
                throw refused;
            } finally {
                exitWatch.cancel(false);
                watch.interrupt();
            }
        }
    }

    private static Process launch(WorkerLane lane, int index, WorkerOptions options, Path socket) throws IOException {
        var directory = options.directory().resolve(lane.name().toLowerCase(Locale.ROOT) + "-" + index);
        Files.createDirectories(directory);
        var command = new ArrayList<String>();
        if (lane == WorkerLane.SEALING
                && options.sealingNiceness() > 0
                && Files.isExecutable(Path.of("/usr/bin/nice"))) {
            command.addAll(List.of("/usr/bin/nice", "-n", Integer.toString(options.sealingNiceness())));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-Xmx" + options.maxHeap(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                absoluteClassPath(),
                WorkerMain.class.getName(),
                socket.toString(),
                options.library().file().toString()));
        var builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> !INHERITED_VARIABLE.matcher(name).matches());
        builder.environment().putAll(options.settings().environment());
        var process = builder.start();
        var name = "worker-" + lane.name().toLowerCase(Locale.ROOT) + "-" + index;
        // Platform threads: a read from a pipe holds the carrier of a virtual thread for as long as the worker is
        // silent, and there is one carrier per core for the whole node.
        Thread.ofPlatform()
                .daemon()
                .name(name + "-err")
                .start(() -> copyLog(process.errorReader(StandardCharsets.UTF_8), name));
        Thread.ofPlatform()
                .daemon()
                .name(name + "-out")
                .start(() -> copyLog(process.inputReader(StandardCharsets.UTF_8), name));
        return process;
    }

    /** The worker runs in another directory, so relative entries must be resolved here. */
    private static String absoluteClassPath() {
        var separator = System.getProperty("path.separator");
        var entries = new ArrayList<String>();
        for (var entry : System.getProperty("java.class.path").split(separator)) {
            entries.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(separator, entries);
    }

    /** Lines begin with a level when they come from the library's logger. */
    private static void copyLog(BufferedReader lines, String name) {
        try (lines) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var level = switch (line.split(" ", 2)[0]) {
                    case "ERROR" -> Level.ERROR;
                    case "WARN" -> Level.WARN;
                    case "DEBUG", "TRACE" -> Level.DEBUG;
                    default -> Level.INFO;
                };
                LOG.atLevel(level).log("{}: {}", name, line.substring(0, Math.min(line.length(), MAX_LOG_LINE)));
            }
        } catch (IOException closed) {
            LOG.debug("{}: its output ended: {}", name, closed.getMessage());
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** One call; blocks until the answer, the worker's end or the limit. */
    Response call(ProofOperation operation, byte[] arguments, Duration limit) throws WorkerGone {
        var id = nextId++;
        var timedOut = new AtomicBoolean();
        var watch = stopAfter(limit, process, frames, timedOut);
        try {
            frames.send(new Request(id, operation, arguments).toCbor());
            var response = Response.fromCbor(frames.receive());
            if (response.id() != id) {
                throw new WorkerGone(
                        ProofsError.WORKER_PROTOCOL,
                        "%s: the worker answered call %d instead of %d".formatted(operation, response.id(), id));
            }
            return response;
        } catch (IOException gone) {
            if (Thread.currentThread().isInterrupted()) {
                process.destroyForcibly();
                throw new ProofsException(ProofsError.INTERRUPTED, operation + " was interrupted.", gone);
            }
            throw timedOut.get()
                    ? new WorkerGone(
                            ProofsError.WORKER_TIMEOUT,
                            "%s took longer than %s and was stopped.".formatted(operation, limit))
                    : new WorkerGone(
                            ProofsError.WORKER_DIED,
                            "%s: the %s worker (process %d) %s."
                                    .formatted(operation, lane, process.pid(), describeEnd(process)));
        } finally {
            watch.interrupt();
        }
    }

    /** The connection is closed too: a process that hangs in a read from a dead disk outlives even SIGKILL. */
    private static Thread stopAfter(Duration limit, Process process, AutoCloseable connection, AtomicBoolean timedOut) {
        return Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(limit);
                timedOut.set(true);
                process.destroyForcibly();
                closeQuietly(connection);
            } catch (InterruptedException inTime) {
                // The call ended before its limit.
            }
        });
    }

    private static String describeEnd(Process process) {
        try {
            if (!process.waitFor(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                return "closed its connection and was stopped";
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return "was given up";
        }
        var code = process.exitValue();
        return code == 128 + 9 ? "was killed (signal 9; out of memory is the usual reason)" : "ended with code " + code;
    }

    /** Stops the worker, whatever it is doing. */
    @Override
    public void close() {
        try {
            frames.close();
        } catch (IOException ignored) {
            LOG.debug("Closing the socket of worker {}: {}", process.pid(), ignored.getMessage());
        }
        process.destroyForcibly();
    }

    private static void closeQuietly(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception ignored) {
            LOG.debug("Closing a worker's socket: {}", ignored.getMessage());
        }
    }

    private static void removeQuietly(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException ignored) {
            LOG.debug("Removing {}: {}", path, ignored.getMessage());
        }
    }
}
