package io.adit.chain.node.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.chain.node.HeadChange;
import io.adit.chain.node.HeadSubscription;
import io.adit.chain.node.json.ChainJson;
import io.adit.chain.node.json.LotusJsonException;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The channel of {@code ChainNotify}: {@code xrpc.ch.val} frames carry the batches, {@code xrpc.ch.close} ends it. One
 * virtual thread connects, reads, delivers, and connects again after whatever went wrong.
 */
final class HeadChannel implements HeadSubscription {

    private static final Logger log = LoggerFactory.getLogger(HeadChannel.class);
    private static final long SUBSCRIBE_ID = 1;

    private final HttpClient http;
    private final ApiInfo api;
    private final RpcOptions options;
    private final Json json;
    private final RandomGenerator random;
    private final Consumer<List<HeadChange>> listener;
    private final Consumer<HeadChannel> onClosed;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile boolean connected;
    private volatile @Nullable FrameQueue reading;

    HeadChannel(
            HttpClient http,
            ApiInfo api,
            RpcOptions options,
            Json json,
            RandomGenerator random,
            Consumer<List<HeadChange>> listener,
            Consumer<HeadChannel> onClosed) {
        this.http = http;
        this.api = api;
        this.options = options;
        this.json = json;
        this.random = random;
        this.listener = listener;
        this.onClosed = onClosed;
    }

    void start() {
        Thread.ofVirtual().name("chain-notify " + api.webSocket()).start(this::run);
    }

    @Override
    public boolean connected() {
        return connected;
    }

    @Override
    public void close() {
        closing.countDown();
        var frames = reading;
        if (frames != null) {
            frames.finish("closed by this side");
        }
        onClosed.accept(this);
    }

    private boolean open() {
        return closing.getCount() > 0;
    }

    private void run() {
        int failures = 0;
        while (open()) {
            boolean served = false;
            try {
                served = serve();
            } catch (InterruptedException e) {
                close();
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                log.info("Connecting to {}: {}", api.webSocket(), reason(e));
            } catch (RuntimeException e) {
                log.warn("Channel to {} failed", api.webSocket(), e);
            }
            connected = false;
            failures = served ? 0 : failures + 1;
            if (open()) {
                pause(failures);
            }
        }
    }

    private static String reason(Exception e) {
        var cause = Optional.ofNullable(e.getCause()).orElse(e);
        return Optional.ofNullable(cause.getMessage()).orElse(cause.toString());
    }

    private void pause(int failures) {
        long longest = options.maxBackoff().toMillis();
        long base = Math.min(longest, options.minBackoff().toMillis() << Math.clamp(failures, 0, 16));
        long millis = base / 2 + random.nextLong(base / 2 + 1);
        try {
            closing.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
        }
    }

    /** One connection from beginning to end; answers whether it delivered anything. */
    private boolean serve() throws InterruptedException, ExecutionException, TimeoutException {
        var frames = new FrameQueue(options.maxQueuedFrames(), options.maxAnswerBytes());
        reading = frames;
        var builder = http.newWebSocketBuilder().connectTimeout(options.connectTimeout());
        api.token().ifPresent(token -> builder.header("Authorization", "Bearer " + token));
        var socket = builder.buildAsync(api.webSocket(), frames)
                .get(options.connectTimeout().multipliedBy(2).toMillis(), TimeUnit.MILLISECONDS);
        try {
            socket.sendText(subscription(), true).get(options.connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
            return deliverAll(frames, socket);
        } finally {
            socket.abort();
        }
    }

    private String subscription() {
        var request = JsonNodeFactory.instance.objectNode();
        request.put("jsonrpc", "2.0").put("id", SUBSCRIBE_ID).put("method", "Filecoin.ChainNotify");
        request.putArray("params");
        return json.write(request);
    }

    private boolean deliverAll(FrameQueue frames, WebSocket socket)
            throws InterruptedException, ExecutionException, TimeoutException {
        var reader = new ChannelReader();
        var third = options.silence().dividedBy(3);
        while (open()) {
            var frame = frames.poll(third);
            if (frame.isPresent()) {
                if (!reader.accept(frame.get())) {
                    return reader.delivered;
                }
            } else if (frames.ended().isPresent()) {
                log.info(
                        "Channel to {} ended: {}",
                        api.webSocket(),
                        frames.ended().get());
                return reader.delivered;
            } else if (frames.silentFor().compareTo(options.silence()) > 0) {
                log.info("Channel to {} was silent for {}", api.webSocket(), options.silence());
                return reader.delivered;
            } else if (frames.silentFor().compareTo(third) >= 0) {
                socket.sendPing(ByteBuffer.allocate(0)).get(third.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
        return reader.delivered;
    }

    /** What the frames of one connection mean. */
    private final class ChannelReader {

        private Optional<Long> channel = Optional.empty();
        private boolean delivered;

        /** Takes one frame; answers false when the channel is over. */
        boolean accept(String text) {
            var frame = json.parse(text);
            if (frame.isEmpty()) {
                log.warn("Channel to {}: a frame of {} characters is not JSON", api.webSocket(), text.length());
                return false;
            }
            var message = frame.get();
            return switch (message.path("method").asText()) {
                case "xrpc.ch.val" -> value(message.path("params"));
                case "xrpc.ch.close" -> !isOurs(message.path("params"));
                default -> message.path("id").asLong() != SUBSCRIBE_ID || subscribed(message);
            };
        }

        private boolean subscribed(JsonNode answer) {
            if (answer.path("result").isIntegralNumber()) {
                channel = Optional.of(answer.path("result").asLong());
                connected = true;
                return true;
            }
            log.warn(
                    "{} refused ChainNotify: {}",
                    api.webSocket(),
                    answer.path("error").path("message").asText());
            return false;
        }

        private boolean isOurs(JsonNode params) {
            return channel.isPresent() && params.path(0).asLong(-1) == channel.get();
        }

        private boolean value(JsonNode params) {
            if (!isOurs(params)) {
                return true;
            }
            List<HeadChange> changes;
            try {
                changes = ChainJson.HEAD_CHANGES.decode(params.path(1));
            } catch (LotusJsonException e) {
                log.warn("Channel to {}: {}", api.webSocket(), e.getMessage());
                return false;
            }
            delivered = true;
            deliver(changes);
            return true;
        }

        private void deliver(List<HeadChange> changes) {
            if (changes.isEmpty() || !open()) {
                return;
            }
            try {
                listener.accept(changes);
            } catch (RuntimeException e) {
                log.error("A listener of head changes failed", e);
            }
        }
    }
}
