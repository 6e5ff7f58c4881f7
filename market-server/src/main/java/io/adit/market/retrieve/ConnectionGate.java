package io.adit.market.retrieve;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Closes connections above the limits as they are made, before anything is read from them. */
@Sharable
final class ConnectionGate extends ChannelInboundHandlerAdapter {
    private static final int NETWORK_BYTES = 8;

    private final int most;
    private final int mostPerAddress;
    private final Consumer<String> turnedAway;
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentMap<String, Integer> byAddress = new ConcurrentHashMap<>();

    ConnectionGate(RetrievalLimits limits, Consumer<String> turnedAway) {
        this.most = limits.connections();
        this.mostPerAddress = limits.connectionsPerAddress();
        this.turnedAway = turnedAway;
    }

    int open() {
        return open.get();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) throws Exception {
        var network = network(context.channel());
        int total = open.incrementAndGet();
        int own = byAddress.merge(network, 1, Integer::sum);
        context.channel().closeFuture().addListener(closed -> {
            open.decrementAndGet();
            byAddress.computeIfPresent(network, (key, count) -> count == 1 ? null : count - 1);
        });
        if (total > most || own > mostPerAddress) {
            turnedAway.accept(total > most ? "total" : "address");
            var ignored = context.close();
            return;
        }
        super.channelActive(context);
    }

    /** An IPv4 address, or the /64 that one IPv6 customer has. */
    static String network(Channel channel) {
        if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
            return "unknown";
        }
        InetAddress address = remote.getAddress();
        var bytes = address.getAddress();
        return HexFormat.of().formatHex(address instanceof Inet6Address ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes);
    }
}
