package io.adit.libp2p.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Reads from the request that asks for a WebSocket for whom a proxy asks: from X-Forwarded-For, where each proxy adds the
 * address at which it sees its client to what it was sent. What a trusted proxy has added is true, what stands before that
 * anybody may have written: it is read from its end, past other trusted proxies.
 */
final class ForwardedClient extends ChannelInboundHandlerAdapter {
    private static final String HEADER = "X-Forwarded-For";

    private final Set<InetAddress> proxies;
    private final Predicate<Optional<InetAddress>> onClient;

    /** @param onClient told once who it is, or that nobody says; whether he may go on. Called on the event loop */
    ForwardedClient(Set<InetAddress> proxies, Predicate<Optional<InetAddress>> onClient) {
        this.proxies = proxies;
        this.onClient = onClient;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof HttpRequest request)) {
            context.fireChannelRead(message);
            return;
        }
        if (onClient.test(client(request.headers().getAll(HEADER), proxies))) {
            context.fireChannelRead(message);
            context.pipeline().remove(this);
        } else {
            ReferenceCountUtil.release(message);
            Channels.close(context.channel());
        }
    }

    /** @param values of the header, in the order in which they came */
    static Optional<InetAddress> client(List<String> values, Set<InetAddress> proxies) {
        var steps = new ArrayList<String>();
        values.forEach(value -> steps.addAll(List.of(value.split(",", -1))));
        for (var step : steps.reversed()) {
            var address = address(step.strip());
            if (address.isEmpty() || !proxies.contains(address.get())) {
                return address;
            }
        }
        return Optional.empty();
    }

    /** As proxies write it: bare, or with a port behind, an IPv6 one then in brackets. */
    private static Optional<InetAddress> address(String text) {
        var bare = text;
        if (text.startsWith("[") && text.indexOf(']') > 0) {
            bare = text.substring(1, text.indexOf(']'));
        } else if (text.indexOf(':') > 0 && text.indexOf(':') == text.lastIndexOf(':')) {
            bare = text.substring(0, text.indexOf(':'));
        }
        return Optional.ofNullable(NetUtil.createInetAddressFromIpAddressString(bare));
    }
}
