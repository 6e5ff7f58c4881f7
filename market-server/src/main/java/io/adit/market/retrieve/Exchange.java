package io.adit.market.retrieve;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One request and its answer, driven from a virtual thread. A streamed answer waits for the client: at most {@value
 * #WINDOW} bytes are on their way between the walk and the socket.
 */
final class Exchange {
    private static final int WINDOW = 2 << 20;

    private final Channel channel;
    private final HttpRequest request;
    private final byte[] posted;
    private final InputStream uploaded;
    private final Duration stallTimeout;
    private final Completion completion;
    private final boolean keepAlive;
    private final Semaphore window = new Semaphore(WINDOW);
    private final AtomicLong bodyBytes = new AtomicLong();
    // Written by the virtual thread before the write that the event loop completes.
    private volatile int status;
    private volatile boolean reusable;

    /** Told once, on the event loop, when the answer has left or failed to. */
    @FunctionalInterface
    interface Completion {
        void done(boolean reusable);
    }

    Exchange(
            Channel channel,
            HttpRequest request,
            byte[] posted,
            InputStream uploaded,
            Duration stallTimeout,
            Completion completion) {
        this.posted = posted;
        this.uploaded = uploaded;
        this.channel = channel;
        this.request = request;
        this.stallTimeout = stallTimeout;
        this.completion = completion;
        this.keepAlive = HttpUtil.isKeepAlive(request);
    }

    boolean isHead() {
        return request.method().equals(HttpMethod.HEAD);
    }

    /** GET also for HEAD. */
    String method() {
        return isHead() ? "GET" : request.method().name();
    }

    /** What was posted. */
    byte[] posted() {
        return posted;
    }

    /** What is uploaded, as it comes. */
    InputStream uploaded() {
        return uploaded;
    }

    /** A request header, empty when absent; repeated ones are joined, as HTTP lists are. */
    String header(CharSequence name) {
        return String.join(", ", request.headers().getAll(name));
    }

    String uri() {
        return request.uri();
    }

    /** Where the request comes from, as far as limits tell clients apart. */
    String network() {
        return ConnectionGate.network(channel);
    }

    int status() {
        return status;
    }

    long bodyBytes() {
        return bodyBytes.get();
    }

    static HttpHeaders headers() {
        return DefaultHttpHeadersFactory.headersFactory().newHeaders();
    }

    /** Answers with bytes in memory. */
    void sendBytes(int code, HttpHeaders headers, byte[] body) {
        var response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code), Unpooled.wrappedBuffer(body));
        response.headers().add(headers);
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        status = code;
        bodyBytes.set(isHead() ? 0 : body.length);
        begin(response);
        finish(channel.writeAndFlush(response));
    }

    /** Answers with no body at all, as 304 does. */
    void sendNothing(int code, HttpHeaders headers) {
        var response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code), Unpooled.EMPTY_BUFFER);
        response.headers().add(headers);
        status = code;
        begin(response);
        finish(channel.writeAndFlush(response));
    }

    /** Answers with a part of a file, without copying it. */
    void sendFile(int code, HttpHeaders headers, OpenPiece piece, long offset, long length) {
        var response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code));
        response.headers().add(headers);
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, length);
        status = code;
        begin(response);
        var ignored = channel.write(response);
        if (!isHead() && length > 0) {
            bodyBytes.set(length);
            ignored = channel.write(piece.region(offset, length));
        }
        finish(channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
    }

    /** Answers with several parts of a file, without copying them. */
    void sendParts(HttpHeaders headers, OpenPiece piece, long offset, Multipart parts) {
        var response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.PARTIAL_CONTENT);
        response.headers().add(headers);
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, parts.length());
        status = response.status().code();
        begin(response);
        var ignored = channel.write(response);
        if (!isHead()) {
            bodyBytes.set(parts.length());
            for (var part : parts.parts()) {
                ignored = channel.write(new DefaultHttpContent(Unpooled.wrappedBuffer(part.head())));
                ignored = channel.write(
                        piece.region(offset + part.range().first(), part.range().length()));
            }
            ignored = channel.write(new DefaultHttpContent(Unpooled.wrappedBuffer(parts.end())));
        }
        finish(channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
    }

    /** Begins an answer whose bytes are streamed; for HEAD, also ends it. */
    void beginStream(int code, HttpHeaders headers, long length) {
        var response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(code));
        response.headers().add(headers);
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, length);
        status = code;
        begin(response);
        var ignored = channel.write(response);
        if (isHead()) {
            finish(channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
        }
    }

    /** Begins an answer of unknown length; for HEAD, also ends it. */
    void beginStream(HttpHeaders headers) {
        var response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        response.headers().add(headers);
        status = 200;
        if (request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        begin(response);
        var ignored = channel.write(response);
        if (isHead()) {
            finish(channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
        }
    }

    void stream(ByteBuf bytes) throws IOException {
        int length = bytes.readableBytes();
        try {
            take(length);
        } catch (IOException e) {
            bytes.release();
            throw e;
        }
        giveBack(channel.writeAndFlush(new DefaultHttpContent(bytes)), length);
    }

    void stream(OpenPiece piece, long offset, int length) throws IOException {
        take(length);
        giveBack(channel.writeAndFlush(piece.region(offset, length)), length);
    }

    void endStream() {
        finish(channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
    }

    /**
     * Breaks the answer off so that the client sees that it is not whole: the connection is reset, without the last
     * chunk.
     */
    void abort() {
        try {
            channel.eventLoop().execute(() -> {
                if (channel.isActive()) {
                    resetOnClose();
                }
                var ignored = channel.close();
                completion.done(false);
            });
        } catch (RejectedExecutionException e) {
            // The server is closing and the connection went with its loop.
            return;
        }
    }

    private void resetOnClose() {
        try {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        } catch (ChannelException e) {
            // The client closed first; there is nobody left to tell.
            return;
        }
    }

    private boolean isReusable() {
        return keepAlive
                && (status < 400 || status == 404 || status == 412 || status == 416)
                // Without chunks, only closing marks the end of a stream.
                && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                // A body that nobody takes ends the connection, which the client must know before it asks again.
                && !(uploaded instanceof BodyPipe body && !body.hasEnded());
    }

    private void begin(HttpResponse response) {
        reusable = isReusable();
        HttpUtil.setKeepAlive(response, reusable);
    }

    private void finish(ChannelFuture last) {
        last.addListener(sent -> completion.done(sent.isSuccess() && reusable));
    }

    private void take(int length) throws IOException {
        try {
            if (!window.tryAcquire(Math.min(length, WINDOW), stallTimeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new ClientGoneException("the client took no byte for " + stallTimeout.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the server is stopping");
        }
        if (!channel.isActive()) {
            throw new ClientGoneException("the client has gone");
        }
    }

    private void giveBack(ChannelFuture write, int length) {
        write.addListener(sent -> {
            if (sent.isSuccess()) {
                bodyBytes.addAndGet(length);
            }
            window.release(Math.min(length, WINDOW));
        });
    }
}
