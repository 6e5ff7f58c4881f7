package io.adit.market.fetch;

import io.adit.core.time.Strand;
import io.adit.core.time.Timeline;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches in a process of its own ({@link FetcherMain}), one for all downloads, started with the first and again when it has died.
 * What a stranger's server could do to the code that reads it, it can do only there: no key, no database and no variable of the
 * node's environment is in that process, and what it says is bounded and checked here once more. A download that loses the process
 * breaks as if the connection had, and goes on where it was.
 */
public final class FetcherProcess implements FileSource, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FetcherProcess.class);
    private static final Pattern INHERITED = Pattern.compile("PATH|HOME|USER|LANG|LC_.*|TZ|TMPDIR");
    private static final Duration START = Duration.ofMinutes(2);
    private static final int STARTS_PER_OPENING = 3;
    private static final int MAX_LOG_LINE = 2000;
    private static final String SOCKET = "fetcher";

    private final Timeline timeline;
    private final FetchLimits limits;
    private final AddressRules rules;
    /** The fetcher says something or gives up within this; one that does neither hangs. */
    private final Duration patience;

    private final FetcherTrust trust;

    private final ReentrantLock turn = new ReentrantLock();
    private Optional<Running> running = Optional.empty();
    private boolean closed;

    /** @param socket where it takes connections */
    private record Running(Process process, Path socket) {}

    public FetcherProcess(Timeline timeline, FetchLimits limits, AddressRules rules) {
        this(timeline, limits, rules, limits.opening().plus(limits.silence()).plus(limits.rateWindow()));
    }

    FetcherProcess(Timeline timeline, FetchLimits limits, AddressRules rules, Duration patience) {
        this(timeline, limits, rules, patience, System.getProperties());
    }

    /** @param properties of the node's JVM */
    FetcherProcess(
            Timeline timeline, FetchLimits limits, AddressRules rules, Duration patience, Properties properties) {
        this.timeline = timeline;
        this.limits = limits;
        this.rules = rules;
        this.patience = patience;
        this.trust = FetcherTrust.of(properties);
    }

    /** The process's number, where one runs. */
    Optional<Long> pid() {
        turn.lock();
        try {
            return running.map(child -> child.process().pid());
        } finally {
            turn.unlock();
        }
    }

    /** Where it takes connections, where one runs. */
    Optional<Path> socket() {
        turn.lock();
        try {
            return running.map(Running::socket);
        } finally {
            turn.unlock();
        }
    }

    @Override
    public Body open(FetchSource source, long offset, long size) {
        return ask(new FetcherProtocol.Request(source, offset, size));
    }

    @Override
    public long length(FetchSource source) {
        try (var answer = ask(FetcherProtocol.Request.length(source))) {
            return answer.number;
        } catch (IOException e) {
            throw Fetcher.broken(e);
        }
    }

    private ChildBody ask(FetcherProtocol.Request request) {
        IOException last = new IOException("not tried");
        for (int i = 0; i < STARTS_PER_OPENING; i++) {
            try {
                var child = child();
                try {
                    return ask(child, request);
                } catch (ConnectException e) {
                    lost(child);
                    throw e;
                }
            } catch (IOException e) {
                last = e;
            }
        }
        throw new FetchException(FetchErrorCode.FETCH_BROKEN, "the fetcher process cannot be used", last);
    }

    /** A process that was killed takes no more connections a while before the system calls it dead. */
    private void lost(Running child) {
        turn.lock();
        try {
            if (running.filter(child::equals).isPresent()) {
                LOG.warn(
                        "The fetcher process {} takes no connections; another one is started",
                        child.process().pid());
                child.process().destroyForcibly();
                remove(child);
                running = Optional.empty();
            }
        } finally {
            turn.unlock();
        }
    }

    private ChildBody ask(Running child, FetcherProtocol.Request request) throws IOException {
        var channel = SocketChannel.open(UnixDomainSocketAddress.of(child.socket()));
        var body = new ChildBody(child, channel);
        try {
            body.begin(request);
            return body;
        } catch (IOException | RuntimeException e) {
            body.close();
            throw e;
        }
    }

    /** What comes from the fetcher for one request. */
    private final class ChildBody implements Body {
        private final SocketChannel channel;
        private final FetcherProtocol.Answer answer;
        private final AtomicLong heardAt = new AtomicLong(timeline.nanoTime());
        private final Strand watch;
        /** The offset that the body starts with, or the length that was asked for. */
        private long number;

        private volatile boolean waiting;

        ChildBody(Running child, SocketChannel channel) {
            this.channel = channel;
            this.answer = new FetcherProtocol.Answer(new DataInputStream(
                    new BufferedInputStream(Channels.newInputStream(channel), FetcherProtocol.MAX_CHUNK)));
            this.watch = timeline.start(Strand.Kind.VIRTUAL, "fetcher-watch", () -> watch(child));
        }

        /** A fetcher that hangs takes all its downloads with it, and they begin again in another one. */
        private void watch(Running child) {
            try {
                while (!waiting || timeline.nanoTime() - heardAt.get() < patience.toNanos()) {
                    timeline.sleep(patience.dividedBy(4));
                }
            } catch (InterruptedException e) {
                return;
            }
            LOG.warn(
                    "The fetcher process {} has said nothing for {}; it is ended",
                    child.process().pid(),
                    patience);
            child.process().destroyForcibly();
        }

        private void begin(FetcherProtocol.Request request) throws IOException {
            heardAt.set(timeline.nanoTime());
            waiting = true;
            FetcherProtocol.write(new DataOutputStream(Channels.newOutputStream(channel)), request);
            number = answer.opened(request);
            waiting = false;
        }

        @Override
        public long offset() {
            return number;
        }

        @Override
        public int read(byte[] buffer) throws IOException {
            heardAt.set(timeline.nanoTime());
            waiting = true;
            try {
                return answer.read(buffer);
            } finally {
                waiting = false;
            }
        }

        @Override
        public void close() throws IOException {
            watch.interrupt();
            channel.close();
        }
    }

    private Running child() throws IOException {
        turn.lock();
        try {
            if (closed) {
                throw new FetchException(FetchErrorCode.FETCH_BROKEN, "the market is being closed");
            }
            if (running.filter(FetcherProcess::takesConnections).isPresent()) {
                return running.get();
            }
            running.ifPresent(dead -> {
                LOG.warn(
                        "The fetcher process {} has ended, or its socket is gone; another one is started",
                        dead.process().pid());
                dead.process().destroyForcibly();
                remove(dead);
            });
            running = Optional.empty();
            var started = start();
            running = Optional.of(started);
            return started;
        } finally {
            turn.unlock();
        }
    }

    /** Somebody who tidies up temporary files may take the socket from a process that lives. */
    private static boolean takesConnections(Running child) {
        return child.process().isAlive() && Files.exists(child.socket());
    }

    private Running start() throws IOException {
        // Sockets have paths of at most some hundred bytes. The folder is the owner's alone.
        var folder = Files.createTempDirectory("adit");
        var socket = folder.resolve(SOCKET);
        var builder = new ProcessBuilder(command(socket)).directory(folder.toFile());
        builder.environment().keySet().removeIf(name -> !INHERITED.matcher(name).matches());
        var process = builder.start();
        var child = new Running(process, socket);
        var watch = timeline.start(Strand.Kind.VIRTUAL, "fetcher-start", () -> {
            try {
                timeline.sleep(START);
                process.destroyForcibly();
            } catch (InterruptedException e) {
                // It is ready.
            }
        });
        // Platform threads: a read from a pipe holds the carrier of a virtual thread.
        timeline.start(Strand.Kind.PLATFORM, "fetcher-err", () -> copyLog(process));
        try {
            // Arguments and variables of a process can be read by others on the machine.
            trust.write(new DataOutputStream(process.getOutputStream()));
            var ready = process.inputReader(StandardCharsets.UTF_8).readLine();
            if (!FetcherMain.READY.equals(ready)) {
                throw new IOException("the fetcher process did not start; its output is in the log");
            }
            LOG.info("Started the fetcher process {}", process.pid());
            return child;
        } catch (IOException e) {
            process.destroyForcibly();
            remove(child);
            throw e;
        } finally {
            watch.interrupt();
        }
    }

    private List<String> command(Path socket) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-Xshare:auto",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                absoluteClassPath(),
                FetcherMain.class.getName(),
                socket.toString(),
                String.valueOf(rules.allowPrivate()),
                String.valueOf(limits.connect().toMillis()),
                String.valueOf(limits.answer().toMillis()),
                String.valueOf(limits.silence().toMillis()),
                String.valueOf(limits.rateWindow().toMillis()),
                String.valueOf(limits.leastRate()));
    }

    private static String absolute(String path) {
        return Path.of(path).toAbsolutePath().toString();
    }

    /** The process runs in another folder. */
    private static String absoluteClassPath() {
        var separator = System.getProperty("path.separator");
        return Stream.of(System.getProperty("java.class.path").split(Pattern.quote(separator)))
                .map(FetcherProcess::absolute)
                .collect(Collectors.joining(separator));
    }

    private static void copyLog(Process process) {
        try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                LOG.warn("fetcher: {}", line.substring(0, Math.min(line.length(), MAX_LOG_LINE)));
            }
        } catch (IOException e) {
            LOG.debug("The fetcher's output ended: {}", e.getMessage());
        }
    }

    private static void remove(Running child) {
        try {
            Files.deleteIfExists(child.socket());
            Files.deleteIfExists(child.socket().toAbsolutePath().getParent());
        } catch (IOException e) {
            LOG.debug("Removing {}: {}", child.socket(), e.getMessage());
        }
    }

    @Override
    public void close() {
        turn.lock();
        try {
            closed = true;
            running.ifPresent(child -> {
                child.process().destroyForcibly();
                remove(child);
            });
            running = Optional.empty();
        } finally {
            turn.unlock();
        }
    }
}
