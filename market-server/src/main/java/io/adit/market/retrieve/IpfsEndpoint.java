package io.adit.market.retrieve;

import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Hashes;
import io.adit.market.index.PieceIndex;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * {@code GET|HEAD /ipfs/{cid}[/path]} as the <a href="https://specs.ipfs.tech/http-gateways/trustless-gateway/">trustless
 * gateway specification</a> says: one raw block, or a CAR whose root is the path's last element and which begins with the
 * blocks that led there. Where the operator wants it, files and directories for browsers, too; see {@link Website}.
 *
 * <p>But for these, nothing is served that the client cannot check. Of a CAR, the path, the root and the root's presence are checked
 * before the first byte; a block missing further down breaks the connection off, so that a short CAR never looks whole.
 */
final class IpfsEndpoint {
    private final PieceIndex index;
    private final PieceCatalog catalog;
    private final ContentPolicy policy;
    private final RetrievalLimits limits;
    private final WalkMemory memory;

    IpfsEndpoint(PieceIndex index, PieceCatalog catalog, ContentPolicy policy, RetrievalLimits limits) {
        this.index = index;
        this.catalog = catalog;
        this.policy = policy;
        this.limits = limits;
        this.memory = new WalkMemory(limits.walkMemory());
    }

    void answer(Exchange exchange, RequestTarget target, ResponseFormat format) throws IOException {
        if (target.segments().size() < 2) {
            throw new RefusedException(RefusalCode.BAD_CID, "no CID in the path", "/ipfs/{cid}");
        }
        var root = Cids.parse(target.segments().get(1));
        var names = target.segments().subList(2, target.segments().size());
        refuseBlocked(root, String.join("/", names));
        try (var blocks = new StoredBlocks(index, catalog, policy)) {
            if (!names.isEmpty() && blocks.find(root).isEmpty()) {
                throw missing(exchange, root);
            }
            var path = follow(blocks, root, names);
            var place = blocks.find(path.end()).orElseThrow(() -> missing(exchange, path.end()));
            var headers = describe(target, path);
            var name = target.parameter("filename").orElse("");
            switch (format) {
                case ResponseFormat.Page page ->
                    new Website(exchange, target, blocks, memory, index -> refuseIndex(root, names, index))
                            .answer(headers, path.end());
                case ResponseFormat.Raw raw -> {
                    locate(exchange, headers, target, "format=raw");
                    headers.set(HttpHeaderNames.CONTENT_DISPOSITION, Attachment.as(name, path.end() + ".bin"));
                    sendRaw(exchange, headers, path.end(), place);
                }
                case ResponseFormat.Car car -> {
                    locate(
                            exchange,
                            headers,
                            target,
                            "format=car&car-order=dfs&car-dups=" + (car.duplicates() ? "y" : "n"));
                    headers.set(HttpHeaderNames.CONTENT_DISPOSITION, Attachment.as(name, path.end() + ".car"));
                    sendCar(exchange, headers, path, car, DagWalk.Extent.of(car, path.end(), place), blocks);
                }
            }
        }
    }

    private ContentPath follow(StoredBlocks blocks, Cid root, List<String> names) throws IOException {
        try (var lookups = new LookupBlocks(blocks, memory)) {
            return ContentPath.follow(lookups, root, names);
        }
    }

    /** A directory answers with a page that has a path of its own, by which it may be denied. */
    private void refuseIndex(Cid root, List<String> names, Cid index) {
        var path = new ArrayList<>(names);
        path.add(Website.INDEX);
        refuseBlocked(root, String.join("/", path));
        refuseBlocked(index, "");
    }

    private void refuseBlocked(Cid cid, String path) {
        if (policy.isBlocked(cid) || policy.isBlocked(cid, path)) {
            throw new RefusedException(RefusalCode.BLOCKED, "this content is not served", "");
        }
    }

    private static RefusedException missing(Exchange exchange, Cid cid) {
        boolean onlyCached = exchange.header(HttpHeaderNames.CACHE_CONTROL).contains("only-if-cached");
        return new RefusedException(
                onlyCached ? RefusalCode.NOT_CACHED : RefusalCode.NOT_FOUND,
                "the block " + cid + " is not stored here",
                "");
    }

    private static HttpHeaders describe(RequestTarget target, ContentPath path) {
        var headers = Exchange.headers();
        headers.set(
                "x-ipfs-roots",
                String.join(",", path.roots().stream().map(Cid::toString).toList()));
        headers.set(HttpHeaderNames.VARY, "Accept");
        // A path with characters outside printable ASCII would need an encoding that the header does not define.
        var text = "/" + String.join("/", target.segments()) + (target.isDirectory() ? "/" : "");
        if (isHeaderText(text)) {
            headers.set("x-ipfs-path", text);
        }
        return headers;
    }

    /** Where caches find the same answer without looking at the Accept header. */
    private static void locate(Exchange exchange, HttpHeaders headers, RequestTarget target, String asked) {
        var uri = exchange.uri();
        if (target.parameter("format").isPresent() || !isHeaderText(uri)) {
            return;
        }
        headers.set(HttpHeaderNames.CONTENT_LOCATION, uri + (uri.indexOf('?') < 0 ? "?" : "&") + asked);
    }

    /** Whether a header can carry a text without an encoding. */
    static boolean isHeaderText(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c < 0x7f) && !text.endsWith(" ");
    }

    private static void sendRaw(Exchange exchange, HttpHeaders headers, Cid cid, StoredBlocks.Place place) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, ResponseFormat.RAW_TYPE);
        var etag = "\"" + cid + ".raw\"";
        switch (place) {
            case StoredBlocks.Inline inline -> FileAnswer.sendInline(exchange, headers, etag, inline.data());
            case StoredBlocks.InPiece stored -> {
                FileAnswer.allowRanges(headers);
                FileAnswer.send(exchange, headers, etag, stored.piece(), stored.offset(), stored.length());
            }
        }
    }

    private void sendCar(
            Exchange exchange,
            HttpHeaders headers,
            ContentPath path,
            ResponseFormat.Car format,
            DagWalk.Extent extent,
            StoredBlocks blocks)
            throws IOException {
        headers.set(HttpHeaderNames.CONTENT_TYPE, format.contentType());
        headers.set(HttpHeaderNames.ACCEPT_RANGES, "none");
        if (!FileAnswer.describe(exchange, headers, etag(path, format))) {
            return;
        }
        exchange.beginStream(headers);
        if (exchange.isHead()) {
            return;
        }
        var car = new CarStream(exchange, path.end());
        try (var walk = new DagWalk(blocks, format.duplicates(), limits, memory)) {
            for (var above : path.above()) {
                walk.visitOne(above, car);
            }
            walk.visitAll(path.end(), extent, car);
            car.end();
        } finally {
            car.close();
        }
    }

    /** Weak, since two CARs with this tag hold the same blocks but need not be the same bytes. */
    private static String etag(ContentPath path, ResponseFormat.Car format) {
        var all = path.above() + " " + format.contentType() + " " + format.scope() + " " + format.bytes();
        var digest = HexFormat.of().formatHex(Hashes.sha256(all.getBytes(StandardCharsets.UTF_8)), 0, 8);
        return "W/\"" + path.end() + ".car." + digest + "\"";
    }
}
