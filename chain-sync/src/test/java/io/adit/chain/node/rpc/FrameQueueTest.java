package io.adit.chain.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class FrameQueueTest {

    /** A connection that only says whether it was given up. */
    private static final class Socket implements WebSocket {
        boolean aborted;

        @Override
        public CompletableFuture<WebSocket> sendText(CharSequence data, boolean last) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<WebSocket> sendBinary(ByteBuffer data, boolean last) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<WebSocket> sendPing(ByteBuffer message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<WebSocket> sendPong(ByteBuffer message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<WebSocket> sendClose(int statusCode, String reason) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void request(long n) {}

        @Override
        public String getSubprotocol() {
            return "";
        }

        @Override
        public boolean isOutputClosed() {
            return aborted;
        }

        @Override
        public boolean isInputClosed() {
            return aborted;
        }

        @Override
        public void abort() {
            aborted = true;
        }
    }

    @Test
    void connection_whenWaitingMessagesTogetherAreTooLong_isGivenUp() throws InterruptedException {
        var socket = new Socket();
        var frames = new FrameQueue(1000, 10);
        frames.onText(socket, "12345", true);
        frames.onText(socket, "12345", true);
        assertThat(frames.poll(Duration.ZERO)).contains("12345");
        frames.onText(socket, "12345", true);
        assertThat(socket.aborted).isFalse();

        frames.onText(socket, "1", true);

        assertThat(socket.aborted).isTrue();
        assertThat(frames.poll(Duration.ZERO)).isEmpty();
        assertThat(frames.ended()).contains("the listener is too far behind");
    }
}
