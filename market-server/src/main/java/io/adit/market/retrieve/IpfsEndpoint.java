package io.adit.market.retrieve;

import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Hashes;
import io.adit.core.ipld.UnixFsException;
import io.adit.core.ipld.UnixFsReader;
import io.adit.market.index.PieceIndex;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * {@code GET|HEAD /ipfs/{cid}[/path]} as the trustless gateway specification says: one raw block, or a CAR whose root is
 * the path's last element and which begins with the blocks that led there. Paths go through plain UnixFS directories.
 *
 * <p>Nothing is served that the client cannot check. Of a CAR, the path, the root and the root's presence are checked
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

    /** The blocks from the CID to the path's end, which is last. */
    private record Path(List<Cid> cids) {
        Cid end() {
            return cids.getLast();
        }
    }

    void answer(Exchange exchange, RequestTarget target, ResponseFormat format) throws IOException {
        if (target.segments().size() < 2) {
            throw new RefusedException(RefusalCode.BAD_CID, "no CID in the path", "/ipfs/{cid}");
        }
        var root = Cids.parse(target.segments().get(1));
        refuseBlocked(root);
        try (var blocks = new StoredBlocks(index, catalog)) {
            var path = resolve(
                    blocks, root, target.segments().subList(2, target.segments().size()));
            refuseBlocked(path.end());
            var place = blocks.find(path.end()).orElseThrow(() -> missing(exchange, path.end()));
            var headers = describe(target, path);
            switch (format) {
                case ResponseFormat.Raw raw -> sendRaw(exchange, headers, path.end(), place);
                case ResponseFormat.Car car -> sendCar(exchange, headers, path, car, blocks);
            }
        }
    }

    private void refuseBlocked(Cid cid) {
        if (policy.isBlocked(cid)) {
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

    private static Path resolve(StoredBlocks blocks, Cid root, List<String> names) throws IOException {
        var cids = new ArrayList<Cid>(List.of(root));
        var reader = new UnixFsReader(blocks);
        for (var name : names) {
            Optional<Cid> next;
            try {
                next = Optional.ofNullable(reader.list(cids.getLast()).get(name));
            } catch (UnixFsException e) {
                throw new RefusedException(
                        RefusalCode.NOT_FOUND,
                        "the path cannot be followed at " + cids.getLast() + ": it is no plain directory, or its block "
                                + "is not stored here",
                        "");
            }
            cids.add(next.orElseThrow(() -> new RefusedException(
                    RefusalCode.NOT_FOUND, "the directory " + cids.getLast() + " has no such entry", "")));
        }
        return new Path(cids);
    }

    private static HttpHeaders describe(RequestTarget target, Path path) {
        var headers = Exchange.headers();
        headers.set(
                "x-ipfs-roots",
                String.join(",", path.cids().stream().map(Cid::toString).toList()));
        headers.set(HttpHeaderNames.VARY, "Accept");
        // A path with characters outside printable ASCII would need an encoding that the header does not define.
        var text = "/" + String.join("/", target.segments());
        if (text.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            headers.set("x-ipfs-path", text);
        }
        return headers;
    }

    private static void sendRaw(Exchange exchange, HttpHeaders headers, Cid cid, StoredBlocks.Place place) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, ResponseFormat.RAW_TYPE);
        headers.set(HttpHeaderNames.CONTENT_DISPOSITION, "attachment; filename=\"" + cid + ".bin\"");
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
            Exchange exchange, HttpHeaders headers, Path path, ResponseFormat.Car format, StoredBlocks blocks)
            throws IOException {
        headers.set(HttpHeaderNames.CONTENT_TYPE, format.contentType());
        headers.set(HttpHeaderNames.CONTENT_DISPOSITION, "attachment; filename=\"" + path.end() + ".car\"");
        headers.set(HttpHeaderNames.ACCEPT_RANGES, "none");
        if (!FileAnswer.describe(exchange, headers, etag(path, format))) {
            return;
        }
        exchange.beginStream(headers);
        if (exchange.isHead()) {
            return;
        }
        var car = new CarStream(exchange, path.end());
        try (var walk = new DagWalk(blocks, format, limits, memory)) {
            for (var above : path.cids().subList(0, path.cids().size() - 1)) {
                walk.visitOne(above, car);
            }
            walk.visitAll(path.end(), car);
            car.end();
        } finally {
            car.close();
        }
    }

    /** Weak, since two CARs with this tag hold the same blocks but need not be the same bytes. */
    private static String etag(Path path, ResponseFormat.Car format) {
        var all = path.cids() + format.contentType() + format.scope();
        var digest = HexFormat.of().formatHex(Hashes.sha256(all.getBytes(StandardCharsets.UTF_8)), 0, 8);
        return "W/\"" + path.end() + ".car." + digest + "\"";
    }
}
