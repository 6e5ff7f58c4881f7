package io.adit.market.retrieve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.market.index.PieceIndex;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.IOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends a request to its endpoint and turns what goes wrong into an answer. Called on a virtual thread. */
final class Router {
    private static final Logger LOG = LoggerFactory.getLogger(Router.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PieceEndpoint pieces;
    private final IpfsEndpoint ipfs;
    private final List<SidePages> pages;
    private final boolean website;
    private final IpnsEndpoint names;
    private final RetrievalMeters meters;
    private final Map<RequestKind, Semaphore> slots = new EnumMap<>(RequestKind.class);
    private final int mostPerAddress;
    private final ConcurrentMap<String, Integer> byAddress = new ConcurrentHashMap<>();

    Router(
            PieceIndex index,
            PieceCatalog catalog,
            ContentPolicy policy,
            List<SidePages> pages,
            GatewayOptions options,
            RetrievalLimits limits,
            RetrievalMeters meters) {
        this.website = options.website();
        this.names = new IpnsEndpoint(options.ipnsRecords(), options.clock());
        this.pieces = new PieceEndpoint(catalog, policy);
        this.ipfs = new IpfsEndpoint(index, catalog, policy, limits);
        this.pages = List.copyOf(pages);
        this.meters = meters;
        this.mostPerAddress = limits.requestsPerAddress();
        slots.put(RequestKind.PIECE, new Semaphore(limits.pieceRequests()));
        slots.put(RequestKind.BLOCK, new Semaphore(limits.blockRequests()));
        slots.put(RequestKind.CAR, new Semaphore(limits.carRequests()));
        slots.put(RequestKind.FILE, new Semaphore(limits.carRequests()));
        slots.put(RequestKind.OTHER, new Semaphore(limits.blockRequests()));
    }

    /** Whether a body may be posted to the target. */
    boolean takesPosts(String uri) {
        return pages.stream().anyMatch(page -> page.takesPosts() && uri.startsWith("/" + page.folder() + "/"));
    }

    /** Whether a request's body is handed on as it comes. */
    boolean streams(String method, String uri) {
        return pages.stream().anyMatch(page -> page.streams(method, uri));
    }

    /** A request that was understood, and the slot it holds until it is answered. */
    final class Admitted {
        private final RequestKind kind;
        private final RequestTarget target;
        private final ResponseFormat format;
        private final String network;

        private Admitted(RequestKind kind, RequestTarget target, ResponseFormat format, String network) {
            this.network = network;
            this.kind = kind;
            this.target = target;
            this.format = format;
        }

        RequestKind kind() {
            return kind;
        }

        /** Answers; throws only an Error, and gives the connection up before it does. */
        void answer(Exchange exchange) {
            try {
                switch (kind) {
                    case PIECE -> pieces.answer(exchange, target);
                    case BLOCK, CAR, FILE -> ipfs.answer(exchange, target, format);
                    case OTHER -> other(exchange, target);
                }
            } catch (RefusedException e) {
                fail(exchange, kind, e);
            } catch (ClientGoneException e) {
                LOG.debug("{}: {}", exchange.uri(), e.getMessage());
                breakOff(exchange, kind);
            } catch (IOException | RuntimeException e) {
                // Whatever it was, the slot and the connection must be given back.
                LOG.warn("cannot answer {}", exchange.uri(), e);
                fail(exchange, kind, new RefusedException(RefusalCode.FAILED, "the request could not be served", ""));
            } catch (Error e) {
                breakOff(exchange, kind);
                throw e;
            }
        }

        void release() {
            slot(kind).release();
            leave(network);
        }
    }

    /**
     * Reads the request's target and takes a slot for it. Cheap enough for an event loop.
     *
     * @throws RefusedException when it is malformed or there is no slot
     */
    Admitted admit(Exchange exchange) {
        var target = RequestTarget.parse(exchange.uri());
        var first = target.segments().isEmpty() ? "" : target.segments().getFirst();
        ResponseFormat format = new ResponseFormat.Raw();
        var kind = RequestKind.OTHER;
        if (first.equals("piece")) {
            kind = RequestKind.PIECE;
        } else if (first.equals("ipfs")) {
            format = ResponseFormat.of(target, exchange.header(HttpHeaderNames.ACCEPT), website);
            kind = switch (format) {
                case ResponseFormat.Raw raw -> RequestKind.BLOCK;
                case ResponseFormat.Car car -> RequestKind.CAR;
                case ResponseFormat.Page page -> RequestKind.FILE;
            };
        }
        var network = exchange.network();
        if (byAddress.merge(network, 1, Integer::sum) > mostPerAddress) {
            leave(network);
            throw new RefusedException(
                    RefusalCode.TOO_MANY_AT_ONCE, "as many requests as one address may make are being served", "");
        }
        if (!slot(kind).tryAcquire()) {
            leave(network);
            throw new RefusedException(
                    RefusalCode.BUSY, "as many " + kind.label() + " requests as allowed are being served", "");
        }
        return new Admitted(kind, target, format, network);
    }

    /** Answers with a refusal as JSON: error, code, limit. */
    static void refuse(Exchange exchange, RefusedException refusal) {
        var headers = Exchange.headers();
        headers.set(HttpHeaderNames.CONTENT_TYPE, "application/json");
        headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        headers.set("x-content-type-options", "nosniff");
        if (refusal.refusal() == RefusalCode.METHOD_NOT_ALLOWED) {
            headers.set(HttpHeaderNames.ALLOW, "GET, HEAD");
        }
        if (refusal.refusal() == RefusalCode.BUSY || refusal.refusal() == RefusalCode.TOO_MANY_AT_ONCE) {
            headers.set(HttpHeaderNames.RETRY_AFTER, "1");
        }
        if (refusal.refusal() == RefusalCode.RANGE_NOT_SATISFIABLE) {
            refusal.rangeSize().ifPresent(size -> headers.set(HttpHeaderNames.CONTENT_RANGE, "bytes */" + size));
        }
        var body = new LinkedHashMap<String, Object>();
        body.put("error", String.valueOf(refusal.getMessage()));
        body.put("code", refusal.refusal().name());
        if (!refusal.limit().isEmpty()) {
            body.put("limit", refusal.limit());
        }
        exchange.sendBytes(refusal.refusal().status(), headers, json(body));
    }

    private void leave(String network) {
        byAddress.computeIfPresent(network, (key, count) -> count == 1 ? null : count - 1);
    }

    private Semaphore slot(RequestKind kind) {
        var slot = slots.get(kind);
        if (slot == null) {
            throw new IllegalStateException("no slots for " + kind);
        }
        return slot;
    }

    private void fail(Exchange exchange, RequestKind kind, RefusedException refusal) {
        if (exchange.status() == 0) {
            refuse(exchange, refusal);
            return;
        }
        LOG.info("broke off the answer to {}: {}", exchange.uri(), refusal.getMessage());
        breakOff(exchange, kind);
    }

    private void breakOff(Exchange exchange, RequestKind kind) {
        meters.brokenOff(kind);
        exchange.abort();
    }

    private void other(Exchange exchange, RequestTarget target) throws IOException {
        var segments = target.segments();
        if (!segments.isEmpty() && segments.getFirst().equals("ipns")) {
            names.answer(exchange, target);
            return;
        }
        if (!segments.isEmpty()) {
            var beside = pages.stream()
                    .filter(page -> segments.getFirst().equals(page.folder()))
                    .findFirst();
            if (beside.isPresent()) {
                page(exchange, beside.get(), segments.subList(1, segments.size()));
                return;
            }
            throw new RefusedException(
                    RefusalCode.NOT_FOUND,
                    "nothing is served under this path",
                    "/piece/{cid}, /ipfs/{cid}[/path] or /");
        }
        var headers = Exchange.headers();
        headers.set(HttpHeaderNames.CONTENT_TYPE, "application/json");
        var body = new LinkedHashMap<String, Object>();
        body.put("name", "adit");
        body.put(
                "serves",
                Map.of(
                        "/piece/{pieceCid}", "piece payloads, whole or by byte ranges (FRC-0066)",
                        "/ipfs/{cid}[/path]", "raw blocks and CARs (trustless gateway)"));
        exchange.sendBytes(200, headers, json(body));
    }

    private static void page(Exchange exchange, SidePages pages, List<String> path) {
        var method = exchange.method();
        var question = new SidePages.Question(
                method,
                path,
                RequestTarget.rawPath(exchange.uri()),
                exchange::header,
                exchange.posted(),
                exchange.uploaded());
        var page = pages.answer(question)
                .orElseThrow(() -> new RefusedException(
                        RefusalCode.NOT_FOUND, "nothing answers " + method + " under this path", ""));
        var headers = Exchange.headers();
        headers.set(HttpHeaderNames.CONTENT_TYPE, page.contentType());
        headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        headers.set("x-content-type-options", "nosniff");
        exchange.sendBytes(page.status(), headers, page.body());
    }

    private static byte[] json(Map<String, Object> body) {
        try {
            return JSON.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a map of strings is always JSON", e);
        }
    }
}
