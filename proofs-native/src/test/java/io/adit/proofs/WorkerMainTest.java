package io.adit.proofs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerMainTest {
    @TempDir
    Path directory;

    @Test
    void worker_diesWithItsParent() throws IOException, InterruptedException {
        var socket = Files.createTempDirectory("adit").resolve("w");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            var process =
                    launch(socket.toString(), NativeLibrary.locate().file().toString());
            try (var frames = new FrameChannel(server.accept())) {
                var hello = WorkerMessages.Hello.fromCbor(frames.receive());
                assertThat(hello.ready()).isTrue();
                assertThat(hello.text()).contains("api=19.1.0");
                // What the kernel does to the pipe when the parent is killed; the socket stays open here.
                process.getOutputStream().close();
                assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            } finally {
                process.destroyForcibly();
            }
        } finally {
            Files.delete(socket);
        }
    }

    @Test
    void worker_refusesToBeStartedByHand() throws IOException, InterruptedException {
        var process = launch();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
    }

    private Process launch(String... arguments) throws IOException {
        var command = new java.util.ArrayList<>(java.util.List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                WorkerMain.class.getName()));
        command.addAll(java.util.List.of(arguments));
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
