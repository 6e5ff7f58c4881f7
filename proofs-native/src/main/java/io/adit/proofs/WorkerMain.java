package io.adit.proofs;

import io.adit.core.error.AditException;
import io.adit.core.fil.SectorNumber;
import io.adit.proofs.WorkerMessages.Hello;
import io.adit.proofs.WorkerMessages.Request;
import io.adit.proofs.WorkerMessages.Response;
import java.io.EOFException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The worker process: hosts the proof library and answers one call after another over a Unix socket.
 *
 * <p>Started by {@link WorkerProofs} with the socket's path and the library's path. It lives no longer than its parent:
 * the end of standard input or of the socket stops it at once, in the middle of a proof too.
 */
public final class WorkerMain {
    /** Rust's main threads have 8 MiB; circuit synthesis recurses less, but a stack overflow cannot be caught. */
    private static final long STACK_BYTES = 64L << 20;
    /** The kernel's choice when memory runs out should be a worker, not the node. */
    private static final String OOM_SCORE = "500";

    private final FrameChannel frames;
    private final WorkerDispatcher dispatcher;

    private WorkerMain(FrameChannel frames, WorkerDispatcher dispatcher) {
        this.frames = frames;
        this.dispatcher = dispatcher;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length != 2) {
            System.err.println("ERROR adit worker: started by the node with a socket and a library, not by hand");
            Runtime.getRuntime().halt(2);
        }
        dieWithParent();
        offerToOutOfMemoryKiller();
        var library = new NativeLibrary(Path.of(arguments[1]));
        try (var frames = new FrameChannel(SocketChannel.open(UnixDomainSocketAddress.of(arguments[0])))) {
            var loop = new Thread(null, () -> serve(frames, library), "adit-worker", STACK_BYTES);
            loop.start();
            loop.join();
        }
        // Pools of the native library may still be running.
        Runtime.getRuntime().halt(0);
    }

    private static void serve(FrameChannel frames, NativeLibrary library) {
        try {
            Proofs proofs;
            try {
                proofs = NativeProofs.open(library, libraryEnvironment(System.getenv()));
            } catch (AditException | LinkageError refused) {
                frames.send(new Hello(WorkerMessages.VERSION, false, String.valueOf(refused.getMessage())).toCbor());
                return;
            }
            frames.send(new Hello(WorkerMessages.VERSION, true, proofs.version()).toCbor());
            new WorkerMain(frames, new WorkerDispatcher(proofs)).answerAll();
        } catch (EOFException parentClosed) {
            // The parent is done with this worker.
        } catch (IOException broken) {
            System.err.println("ERROR adit worker: " + broken.getMessage());
        }
    }

    private static Map<String, String> libraryEnvironment(Map<String, String> environment) {
        return environment.entrySet().stream()
                .filter(entry -> NativeProofs.isLibraryVariable(entry.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private void answerAll() throws IOException {
        while (true) {
            var request = Request.fromCbor(frames.receive());
            frames.send(answer(request).toCbor());
        }
    }

    private Response answer(Request request) {
        var cpu = cpuTime();
        var wall = System.nanoTime();
        var error = "";
        var sector = Optional.<SectorNumber>empty();
        byte[] body;
        try {
            body = dispatcher.call(request.operation(), request.arguments());
        } catch (ProofsException failed) {
            error = failed.error().name();
            sector = failed.sector();
            body = text(failed);
        } catch (RuntimeException unexpected) {
            error = ProofsError.WORKER_PROTOCOL.name();
            body = text(unexpected);
        }
        return new Response(
                request.id(),
                error,
                sector,
                Duration.ofNanos(System.nanoTime() - wall).toMillis(),
                cpuTime().minus(cpu).toMillis(),
                body);
    }

    private static byte[] text(Throwable failed) {
        var message = String.valueOf(failed.getMessage());
        return message.substring(0, Math.min(message.length(), 16_000)).getBytes(StandardCharsets.UTF_8);
    }

    private static Duration cpuTime() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? Duration.ofNanos(system.getProcessCpuTime())
                : Duration.ZERO;
    }

    private static void dieWithParent() {
        Thread.ofPlatform().daemon().name("parent-watch").start(() -> {
            try {
                while (System.in.read() >= 0) {
                    // Nothing is ever sent; only the end matters.
                }
            } catch (IOException closed) {
                // The same as the end.
            }
            Runtime.getRuntime().halt(0);
        });
    }

    private static void offerToOutOfMemoryKiller() {
        var score = Path.of("/proc/self/oom_score_adj");
        if (Files.isWritable(score)) {
            try {
                Files.writeString(score, OOM_SCORE);
            } catch (IOException refused) {
                System.err.println("WARN adit worker: cannot raise its out-of-memory score: " + refused.getMessage());
            }
        }
    }
}
