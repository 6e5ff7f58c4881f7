package io.adit.devnet.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import io.adit.chain.node.HeadChange;
import io.adit.chain.node.HeadSubscription;
import io.adit.chain.node.json.ChainJson;
import io.adit.chain.node.json.JsonTypes;
import io.adit.chain.node.rpc.Permission;
import io.adit.core.fil.Network;
import io.adit.devnet.node.DevnetNode;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One WebSocket connection: calls, and channels in go-jsonrpc's manner ({@code xrpc.ch.val}, {@code xrpc.ch.close},
 * {@code xrpc.cancel}). Frames that are not a JSON object are passed over in silence, as Lotus does.
 */
final class RpcSocket {
    private static final long PING_SECONDS = 5;

    private final Channel channel;
    private final RpcHandler handler;
    private final DevnetNode node;
    private final Set<Permission> allowed;
    private final AtomicInteger nextChannel = new AtomicInteger(1);
    private final Map<JsonNode, Subscription> subscriptions = new ConcurrentHashMap<>();

    private record Subscription(int number, HeadSubscription feed) {}

    RpcSocket(Channel channel, RpcHandler handler, DevnetNode node, Set<Permission> allowed) {
        this.channel = channel;
        this.handler = handler;
        this.node = node;
        this.allowed = Set.copyOf(allowed);
        var pings = channel.eventLoop().scheduleAtFixedRate(this::ping, PING_SECONDS, PING_SECONDS, TimeUnit.SECONDS);
        channel.closeFuture().addListener(closed -> {
            pings.cancel(false);
            close();
        });
    }

    private void ping() {
        var ignored = channel.writeAndFlush(new PingWebSocketFrame());
    }

    /** Handles one text message; called on a virtual thread. */
    void receive(String text) {
        var parsed = JsonRpc.parse(text.getBytes(StandardCharsets.UTF_8));
        if (parsed.isEmpty() || !parsed.get().isObject()) {
            return;
        }
        var request = parsed.get();
        switch (request.path("method").asText()) {
            case "Filecoin.ChainNotify" -> subscribe(request.path("id"));
            case "xrpc.cancel" -> cancel(request.path("params").path(0));
            default -> handler.answer(request, allowed).ifPresent(this::send);
        }
    }

    private void subscribe(JsonNode id) {
        int number = nextChannel.getAndIncrement();
        send(JsonRpc.result(id, IntNode.valueOf(number)));
        var feed = node.headChanges(changes -> deliver(number, changes), () -> ended(id, number));
        // An ID that is used again takes the place of its older channel.
        end(Optional.ofNullable(subscriptions.put(id, new Subscription(number, feed))));
        if (!channel.isActive()) {
            close();
        }
    }

    private void deliver(int number, List<HeadChange> changes) {
        var encoded = JsonTypes.list(ChainJson.HEAD_CHANGE).encode(changes, Network.TESTNET);
        send(JsonRpc.call("xrpc.ch.val", IntNode.valueOf(number), encoded));
    }

    private void cancel(JsonNode id) {
        end(Optional.ofNullable(subscriptions.remove(id)));
    }

    private void end(Optional<Subscription> subscription) {
        subscription.ifPresent(ending -> {
            ending.feed().close();
            sendClose(ending.number());
        });
    }

    /** The feed has given up a subscriber that was too slow. */
    private void ended(JsonNode id, int number) {
        subscriptions.computeIfPresent(id, (key, present) -> present.number() == number ? null : present);
        sendClose(number);
    }

    private void sendClose(int number) {
        send(JsonRpc.call("xrpc.ch.close", IntNode.valueOf(number)));
    }

    private void send(JsonNode message) {
        // Waits for the bytes to leave, so that a slow reader slows its own feed and nothing piles up here.
        channel.writeAndFlush(new TextWebSocketFrame(JsonRpc.text(message))).awaitUninterruptibly();
    }

    private void close() {
        subscriptions.values().forEach(subscription -> subscription.feed().close());
        subscriptions.clear();
    }
}
