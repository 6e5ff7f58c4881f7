package io.adit.market.retrieve;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * One connection: reads a request, hands it to a virtual thread, reads the next when it is answered. Nothing is read in
 * between, so pipelined requests wait, most of them in the kernel. (Netty's FlowControlHandler loses a pending read when
 * a request comes in two segments.) All fields belong to the event loop.
 */
final class ConnectionHandler extends ChannelInboundHandlerAdapter {
    private static final int DRAIN_SECONDS = 2;
    private static final int PACE_CHECK_MILLIS = 1000;

    private final Router router;
    private final RetrievalLimits limits;
    private final RetrievalMeters meters;
    private final Executor workers;
    private final Deque<Object> decoded = new ArrayDeque<>();
    private final ByteArrayOutputStream posted = new ByteArrayOutputStream();
    private Optional<HttpRequest> head = Optional.empty();
    private Optional<ScheduledFuture<?>> deadline = Optional.empty();
    /** The body that is being handed on, until its last byte has come. */
    private Optional<BodyPipe> upload = Optional.empty();

    private boolean uploading;
    private boolean answering;
    private boolean draining;

    ConnectionHandler(Router router, RetrievalLimits limits, RetrievalMeters meters, Executor workers) {
        this.router = router;
        this.limits = limits;
        this.meters = meters;
        this.workers = workers;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        awaitRequest(context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        cancelDeadline();
        upload.ifPresent(pipe -> pipe.fail("the client went away"));
        forgetDecoded();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        decoded.add(message);
        takeDecoded(context);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (!answering || upload.filter(BodyPipe::wantsMore).isPresent()) {
            context.read();
        }
    }

    /** One read from the socket may hold several pipelined requests; each waits for the answer to the one before. */
    private void takeDecoded(ChannelHandlerContext context) {
        if (draining) {
            forgetDecoded();
        }
        while (!decoded.isEmpty() && (!answering || upload.isPresent())) {
            var message = decoded.remove();
            try {
                if (upload.isPresent()) {
                    handOn(upload.get(), message);
                } else {
                    take(context, message);
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }
    }

    private void handOn(BodyPipe pipe, Object message) {
        if (!(message instanceof HttpContent content) || content.decoderResult().isFailure()) {
            pipe.fail("the request is not well-formed HTTP");
            return;
        }
        pipe.accept(ByteBufUtil.getBytes(content.content()));
        if (content instanceof LastHttpContent) {
            pipe.end();
            upload = Optional.empty();
        }
    }

    private void take(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request) {
            head = Optional.of(request);
            if (request.decoderResult().isFailure()) {
                begin(
                        context,
                        request,
                        Optional.of(undecodable(request.decoderResult().cause())));
                return;
            }
            if (streams(request)) {
                beginUpload(context, request);
                return;
            }
        }
        if (message instanceof HttpContent content && head.isPresent()) {
            body(context, head.get(), content);
        }
    }

    private void forgetDecoded() {
        while (!decoded.isEmpty()) {
            ReferenceCountUtil.release(decoded.remove());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent && answering && !uploading) {
            // The client has taken nothing for the stall timeout.
            var ignored = context.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // Resets and broken pipes are a client's daily business; what it was sent is counted when the write fails.
        var ignored = context.close();
    }

    private void body(ChannelHandlerContext context, HttpRequest request, HttpContent content) {
        if (content.decoderResult().isFailure()) {
            begin(
                    context,
                    request,
                    Optional.of(undecodable(content.decoderResult().cause())));
        } else if (content.content().isReadable() && !isPost(request)) {
            begin(context, request, Optional.of(bad("a request with a body", "GET and HEAD without a body")));
        } else if (content.content().readableBytes() > SidePages.MAX_BODY - posted.size()) {
            begin(
                    context,
                    request,
                    Optional.of(new RefusedException(
                            RefusalCode.BODY_TOO_LONG, "the body is too long", SidePages.MAX_BODY + " bytes")));
        } else {
            posted.writeBytes(ByteBufUtil.getBytes(content.content()));
            end(context, request, content);
        }
    }

    private void end(ChannelHandlerContext context, HttpRequest request, HttpContent content) {
        if (content instanceof LastHttpContent) {
            begin(context, request, problem(request));
        }
    }

    /** What stands against serving a well-formed request. */
    private Optional<RefusedException> problem(HttpRequest request) {
        var headers = request.headers();
        boolean bodied = isPost(request) || streams(request);
        if (!bodied
                && !request.method().equals(HttpMethod.GET)
                && !request.method().equals(HttpMethod.HEAD)) {
            return Optional.of(
                    new RefusedException(RefusalCode.METHOD_NOT_ALLOWED, "the method is not served", "GET and HEAD"));
        }
        if (!bodied
                && (headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
                        || headers.getAll(HttpHeaderNames.CONTENT_LENGTH).size() > 1
                        || !headers.get(HttpHeaderNames.CONTENT_LENGTH, "0")
                                .strip()
                                .equals("0"))) {
            return Optional.of(bad("a request with a body", "GET and HEAD without a body"));
        }
        if (request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && headers.getAll(HttpHeaderNames.HOST).size() != 1) {
            return Optional.of(bad("no Host header, or several", "exactly one"));
        }
        return Optional.empty();
    }

    private boolean isPost(HttpRequest request) {
        return request.method().equals(HttpMethod.POST) && router.takesPosts(request.uri());
    }

    private boolean streams(HttpRequest request) {
        return router.streams(request.method().name(), request.uri());
    }

    /** The answer is begun before the body has come; whoever answers says when he wants it. */
    private void beginUpload(ChannelHandlerContext context, HttpRequest request) {
        var wishes = new UploadWishes(context, request);
        var pipe = new BodyPipe(wishes, limits.stallTimeout());
        answering = true;
        uploading = true;
        upload = Optional.of(pipe);
        head = Optional.empty();
        cancelDeadline();
        answer(context, request, new byte[0], Optional.of(pipe), problem(request));
    }

    /** Lets the client send, at first by telling it to go on where it waits for that (RFC 9110, 10.1.1). */
    private static final class UploadWishes implements Runnable {
        private final ChannelHandlerContext context;
        private boolean awaited;

        UploadWishes(ChannelHandlerContext context, HttpRequest request) {
            this.context = context;
            this.awaited = HttpUtil.is100ContinueExpected(request);
        }

        @Override
        public void run() {
            context.executor().execute(() -> {
                if (awaited) {
                    awaited = false;
                    var ignored = context.writeAndFlush(new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
                }
                context.read();
            });
        }
    }

    private void begin(ChannelHandlerContext context, HttpRequest request, Optional<RefusedException> problem) {
        answering = true;
        var body = posted.toByteArray();
        posted.reset();
        head = Optional.empty();
        cancelDeadline();
        answer(context, request, body, Optional.empty(), problem);
    }

    private void answer(
            ChannelHandlerContext context,
            HttpRequest request,
            byte[] body,
            Optional<BodyPipe> pipe,
            Optional<RefusedException> problem) {
        if (problem.isPresent()) {
            refuse(context, request, problem.get());
            return;
        }
        long started = System.nanoTime();
        var answer = new Answer(context, request, body, pipe, started);
        try {
            answer.start();
        } catch (RefusedException e) {
            refuse(context, request, e);
        } catch (RejectedExecutionException e) {
            answer.release();
            var ignored = context.close();
        }
    }

    private void refuse(ChannelHandlerContext context, HttpRequest request, RefusedException problem) {
        long started = System.nanoTime();
        var answer = new Answer(context, request, new byte[0], Optional.empty(), started);
        Router.refuse(answer.exchange, problem);
    }

    private void awaitRequest(ChannelHandlerContext context) {
        answering = false;
        uploading = false;
        deadline = Optional.of(context.executor()
                .schedule(() -> expire(context), limits.headerTimeout().toMillis(), TimeUnit.MILLISECONDS));
        takeDecoded(context);
        if (!answering) {
            context.read();
        }
    }

    private void expire(ChannelHandlerContext context) {
        if (!answering) {
            var ignored = context.close();
        }
    }

    /**
     * Ends a connection so that the client gets to read the answer: closing while bytes of its request are unread would
     * reset the connection and take the answer away.
     */
    private void drain(ChannelHandlerContext context) {
        draining = true;
        answering = false;
        upload.ifPresent(pipe -> pipe.fail("the request was answered"));
        upload = Optional.empty();
        forgetDecoded();
        var ignored = ((DuplexChannel) context.channel()).shutdownOutput();
        deadline = Optional.of(context.executor().schedule(() -> expire(context), DRAIN_SECONDS, TimeUnit.SECONDS));
        context.read();
    }

    private void cancelDeadline() {
        deadline.ifPresent(scheduled -> scheduled.cancel(false));
        deadline = Optional.empty();
    }

    private static RefusedException undecodable(Throwable cause) {
        return switch (cause) {
            case TooLongHttpLineException e ->
                new RefusedException(RefusalCode.URI_TOO_LONG, "the request line is too long", "");
            case TooLongHttpHeaderException e ->
                new RefusedException(RefusalCode.TOO_MANY_HEADERS, "the headers are too long", "");
            default -> bad("the request is not well-formed HTTP", "HTTP/1.1");
        };
    }

    private static RefusedException bad(String problem, String limit) {
        return new RefusedException(RefusalCode.BAD_REQUEST, problem, limit);
    }

    /** A request being answered; counts it and lets the connection go on when the answer is out. */
    private final class Answer {
        private final ChannelHandlerContext context;
        private final long started;
        private final Exchange exchange;
        private final Optional<BodyPipe> body;
        private Optional<Router.Admitted> admitted = Optional.empty();
        private Optional<ScheduledFuture<?>> pace = Optional.empty();
        private boolean done;

        Answer(
                ChannelHandlerContext context,
                HttpRequest request,
                byte[] posted,
                Optional<BodyPipe> body,
                long started) {
            this.context = context;
            this.started = started;
            this.body = body;
            var uploaded = body.<InputStream>map(pipe -> pipe).orElseGet(InputStream::nullInputStream);
            this.exchange =
                    new Exchange(context.channel(), request, posted, uploaded, limits.stallTimeout(), this::done);
        }

        void start() {
            var request = router.admit(exchange);
            admitted = Optional.of(request);
            pace = Optional.of(context.executor()
                    .scheduleWithFixedDelay(
                            this::checkPace,
                            limits.stallTimeout().toMillis(),
                            PACE_CHECK_MILLIS,
                            TimeUnit.MILLISECONDS));
            workers.execute(() -> request.answer(exchange));
        }

        /** A client that takes, or sends, something now and then would keep its slot for ever. */
        private void checkPace() {
            if (body.filter(BodyPipe::hasEnded).isPresent()) {
                return;
            }
            double seconds =
                    (System.nanoTime() - started - limits.stallTimeout().toNanos()) / 1e9;
            long moved = exchange.bodyBytes() + body.map(BodyPipe::received).orElse(0L);
            if (moved < seconds * limits.leastRate()) {
                var ignored = context.close();
            }
        }

        void release() {
            pace.ifPresent(scheduled -> scheduled.cancel(false));
            pace = Optional.empty();
            admitted.ifPresent(Router.Admitted::release);
            admitted = Optional.empty();
        }

        private void done(boolean reusable) {
            if (done) {
                return;
            }
            done = true;
            var kind = admitted.map(Router.Admitted::kind).orElse(RequestKind.OTHER);
            release();
            meters.answered(kind, exchange, Duration.ofNanos(System.nanoTime() - started));
            if (!context.channel().isActive()) {
                return;
            }
            if (reusable && upload.isEmpty()) {
                awaitRequest(context);
            } else {
                drain(context);
            }
        }
    }
}
