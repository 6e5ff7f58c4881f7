package io.adit.chain.node.rpc;

import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Text messages of one WebSocket, waiting to be read. Receiving never waits for the reader, so that pings are answered
 * while a listener is slow; when too many messages wait, or one of them or all together are too long, the connection is given
 * up.
 */
final class FrameQueue implements WebSocket.Listener {

    /** An empty element says that the connection is over. */
    private final BlockingQueue<Optional<String>> messages = new LinkedBlockingQueue<>();

    private final int maxMessages;
    private final int maxLength;
    private final AtomicLong waitingLength = new AtomicLong();
    private final StringBuilder partial = new StringBuilder();
    private volatile long lastActivity = System.nanoTime();
    private volatile @Nullable String end;

    FrameQueue(int maxMessages, int maxLength) {
        this.maxMessages = maxMessages;
        this.maxLength = maxLength;
    }

    /** The next message, waiting for it so long; empty also when the connection is over and all were read. */
    Optional<String> poll(Duration wait) throws InterruptedException {
        var message = messages.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
        if (message == null) {
            return Optional.empty();
        }
        message.ifPresent(text -> waitingLength.addAndGet(-text.length()));
        return message;
    }

    /** Why the connection is over, if it is and all messages were read. */
    Optional<String> ended() {
        return messages.isEmpty() ? Optional.ofNullable(end) : Optional.empty();
    }

    /** How long nothing came, pings and pongs counted. */
    Duration silentFor() {
        return Duration.ofNanos(System.nanoTime() - lastActivity);
    }

    @Override
    public void onOpen(WebSocket socket) {
        heard(socket);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
        if (data.length() > maxLength - partial.length()) {
            giveUp(socket, "a message is longer than " + maxLength + " characters");
            return null;
        }
        partial.append(data);
        if (last) {
            var whole = partial.toString();
            partial.setLength(0);
            if (messages.size() >= maxMessages || waitingLength.get() > maxLength - whole.length()) {
                giveUp(socket, "the listener is too far behind");
                return null;
            }
            waitingLength.addAndGet(whole.length());
            messages.add(Optional.of(whole));
        }
        heard(socket);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
        heard(socket);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPing(WebSocket socket, ByteBuffer message) {
        heard(socket);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
        heard(socket);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int statusCode, String reason) {
        finish("closed by the node (" + statusCode + ")");
        return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
        finish(error.toString());
    }

    private void heard(WebSocket socket) {
        lastActivity = System.nanoTime();
        socket.request(1);
    }

    private void giveUp(WebSocket socket, String why) {
        messages.clear();
        finish(why);
        socket.abort();
    }

    /** Wakes the reader with the end of the connection. */
    void finish(String why) {
        end = why;
        messages.add(Optional.empty());
    }
}
