package io.adit.market.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.Fuzzer;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.util.ReferenceCountUtil;
import org.junit.jupiter.api.Test;

/** Request lines, headers and bodies as they come over the wire, with the limits of the server. */
class HttpRequestFuzzTest {
    private static final RetrievalLimits LIMITS = RetrievalLimits.DEFAULTS;

    @Test
    void anyBytes_areRequestsWithinTheLimits_orMarkedAsNone() {
        Fuzzer.of("http-request", 4 << 20).run(5_000, (input, random) -> {
            var channel = new EmbeddedChannel(new HttpServerCodec(RetrievalServer.decoding(LIMITS)));
            int cut = random.nextInt(input.length + 1);
            channel.writeInbound(Unpooled.copiedBuffer(input, 0, cut));
            channel.writeInbound(Unpooled.copiedBuffer(input, cut, input.length - cut));
            long body = 0;
            for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
                if (message instanceof HttpRequest request
                        && !request.decoderResult().isFailure()) {
                    check(request);
                }
                body += message instanceof HttpContent content
                        ? content.content().readableBytes()
                        : 0;
                ReferenceCountUtil.release(message);
            }
            assertThat(body).isLessThanOrEqualTo(input.length);
            channel.finishAndReleaseAll();
        });
    }

    private static void check(HttpRequest request) {
        assertThat(request.uri().length()).isLessThanOrEqualTo(LIMITS.maxRequestLine());
        assertThat(size(request.headers())).isLessThanOrEqualTo(LIMITS.maxHeaders());
        assertThat(isFramedTwice(request)).isFalse();
        try {
            RequestTarget.parse(request.uri());
        } catch (RefusedException refused) {
            // as it should be
        }
    }

    private static long size(HttpHeaders headers) {
        return headers.entries().stream()
                .mapToLong(header ->
                        (long) header.getKey().length() + header.getValue().length())
                .sum();
    }

    /** Whoever stands in front of the node and the node would see different requests. */
    private static boolean isFramedTwice(HttpMessage request) {
        return HttpUtil.isTransferEncodingChunked(request) && HttpUtil.isContentLengthSet(request);
    }
}
