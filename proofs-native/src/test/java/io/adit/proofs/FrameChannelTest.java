package io.adit.proofs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FrameChannelTest {
    private Path socket;
    private SocketChannel sender;
    private FrameChannel receiver;

    @BeforeEach
    void connect() throws IOException {
        socket = Files.createTempDirectory("adit").resolve("f");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            sender = SocketChannel.open(UnixDomainSocketAddress.of(socket));
            receiver = new FrameChannel(server.accept());
        }
    }

    @AfterEach
    void disconnect() throws IOException {
        sender.close();
        receiver.close();
        Files.deleteIfExists(socket);
    }

    @Test
    void frames_ofAnySize_arriveWhole() throws Exception {
        var large = SealedSectorFixture.bytes(5 << 20, 1);
        var sending = Thread.ofVirtual().start(() -> {
            try {
                var frames = new FrameChannel(sender);
                frames.send(new byte[0]);
                frames.send(large);
            } catch (IOException failed) {
                throw new java.io.UncheckedIOException(failed);
            }
        });
        assertThat(receiver.receive()).isEmpty();
        assertThat(receiver.receive()).isEqualTo(large);
        sending.join();
    }

    @Test
    void lengthAboveTheLimit_isRefusedBeforeAllocation() throws IOException {
        sender.write(ByteBuffer.allocate(4).putInt(Integer.MAX_VALUE).flip());
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> receiver.receive())
                .withMessageContaining("above the limit");
        sender.write(ByteBuffer.allocate(4).putInt(-1).flip());
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> receiver.receive())
                .withMessageContaining("above the limit");
    }

    @Test
    void endInsideAFrame_isAnEnd() throws IOException {
        sender.write(ByteBuffer.allocate(6).putInt(100).flip());
        sender.close();
        assertThatExceptionOfType(EOFException.class).isThrownBy(() -> receiver.receive());
    }
}
