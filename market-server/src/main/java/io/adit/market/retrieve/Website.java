package io.adit.market.retrieve;

import io.adit.core.ipld.Cid;
import io.adit.core.ipld.DagPb;
import io.adit.core.ipld.Multihash;
import io.adit.core.ipld.UnixFsDirectories;
import io.adit.core.ipld.UnixFsException;
import io.adit.core.ipld.UnixFsNode;
import io.adit.core.ipld.UnixFsReader;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Files and directories as browsers take them (<a href="https://specs.ipfs.tech/http-gateways/path-gateway/">path gateway
 * specification</a>): the client cannot check them, but this server does, block by block.
 *
 * <p>All sites of a path gateway share one origin with whatever else is served under the operator's name. What could run
 * scripts is therefore put into a sandbox with an origin of its own.
 */
final class Website {
    static final String INDEX = "index.html";
    private static final String LISTING_CACHE = "public, max-age=604800, stale-while-revalidate=2678400";
    private static final String SANDBOX = "sandbox allow-downloads allow-popups allow-scripts";
    private static final int CHUNK = 64 << 10;

    private final Exchange exchange;
    private final RequestTarget target;
    private final StoredBlocks blocks;
    private final WalkMemory memory;
    private final UnixFsReader reader;
    private final Consumer<Cid> check;

    /** @param check refuses a page of a directory that is not to be served; asked of it since no path has named it */
    Website(Exchange exchange, RequestTarget target, StoredBlocks blocks, WalkMemory memory, Consumer<Cid> check) {
        this.memory = memory;
        this.check = check;
        this.exchange = exchange;
        this.target = target;
        this.blocks = blocks;
        this.reader = new UnixFsReader(blocks);
    }

    /** Answers with what the path leads to. */
    void answer(HttpHeaders headers, Cid end) throws IOException {
        try {
            var segments = target.segments();
            switch (kind(end)) {
                case DIRECTORY, HAMT_SHARD -> sendDirectory(headers, end);
                case FILE, RAW -> sendFile(headers, end, segments.size() > 2 ? segments.getLast() : "", etag(end));
                case SYMLINK -> sendLink(headers, end);
                case METADATA -> throw unsupported(end);
            }
        } catch (UnixFsException e) {
            throw new RefusedException(
                    RefusalCode.NOT_FOUND, "a block of " + end + " is not stored here, or it is malformed", "");
        }
    }

    private UnixFsNode.Type kind(Cid cid) throws IOException {
        if (cid.codec() == Cid.RAW) {
            return UnixFsNode.Type.RAW;
        }
        if (cid.codec() != Cid.DAG_PB) {
            throw unsupported(cid);
        }
        return node(cid).type();
    }

    private UnixFsNode node(Cid cid) throws IOException {
        var block = blocks.get(cid)
                .orElseThrow(() ->
                        new RefusedException(RefusalCode.NOT_FOUND, "the block " + cid + " is not stored here", ""));
        if (!cid.multihash().canVerify() || !cid.multihash().matches(block)) {
            throw new RefusedException(
                    RefusalCode.DAMAGED, "the stored block " + cid + " does not hash to its CID", "");
        }
        return UnixFsNode.decode(DagPb.decode(block).data().orElse(new byte[0]));
    }

    private static RefusedException unsupported(Cid cid) {
        return new RefusedException(
                RefusalCode.NOT_ACCEPTABLE, cid + " is neither a file nor a directory", ResponseFormat.FORMATS);
    }

    private static String etag(Cid cid) {
        return "\"" + cid + "\"";
    }

    private void sendDirectory(HttpHeaders headers, Cid directory) throws IOException {
        if (!target.isDirectory()) {
            // Links in the page are relative to the directory.
            var uri = exchange.uri();
            int mark = uri.indexOf('?');
            boolean keepsQuery = mark >= 0 && IpfsEndpoint.isHeaderText(uri);
            headers.set(
                    HttpHeaderNames.LOCATION, Listing.url(target.segments()) + (keepsQuery ? uri.substring(mark) : ""));
            exchange.sendBytes(301, headers, new byte[0]);
            return;
        }
        var index = index(directory);
        if (index.isPresent() && isFile(index.get().cid())) {
            check.accept(index.get().cid());
            sendFile(headers, index.get().cid(), INDEX, etag(directory));
            return;
        }
        headers.set(HttpHeaderNames.CONTENT_TYPE, "text/html; charset=utf-8");
        headers.set("content-security-policy", SANDBOX);
        headers.set(HttpHeaderNames.CACHE_CONTROL, LISTING_CACHE);
        var etag = Listing.etag(directory);
        var noneMatch = exchange.header(HttpHeaderNames.IF_NONE_MATCH);
        boolean known = !noneMatch.isEmpty() && Conditions.noneMatchNames(noneMatch, etag(directory));
        if (FileAnswer.describe(exchange, headers, known ? etag(directory) : etag)) {
            exchange.sendBytes(200, headers, page(directory));
        }
    }

    private Optional<UnixFsDirectories.Found> index(Cid directory) throws IOException {
        try (var lookups = new LookupBlocks(blocks, memory)) {
            return new UnixFsDirectories(lookups).find(directory, INDEX);
        }
    }

    private byte[] page(Cid directory) throws IOException {
        try (var lookups = new LookupBlocks(blocks, memory);
                var room = memory.share()) {
            room.take(Listing.HEAP);
            var entries = new UnixFsDirectories(lookups).list(directory, Listing.MOST + 1);
            return Listing.page(target.segments(), directory, entries);
        }
    }

    private boolean isFile(Cid cid) throws IOException {
        return switch (kind(cid)) {
            case FILE, RAW -> true;
            case DIRECTORY, HAMT_SHARD, SYMLINK, METADATA -> false;
        };
    }

    /** Where a link leads is said, not followed: its path means nothing without the file system that it was made in. */
    private void sendLink(HttpHeaders headers, Cid link) throws IOException {
        headers.set(HttpHeaderNames.CONTENT_TYPE, "inode/symlink");
        FileAnswer.sendInline(exchange, headers, etag(link), node(link).data());
    }

    private void sendFile(HttpHeaders headers, Cid file, String name, String etag) throws IOException {
        long size = reader.size(file);
        var shown = target.parameter("filename").filter(wished -> !wished.isEmpty());
        var type = type(file, shown.orElse(name));
        if (ContentTypes.isActive(type) && isCarried(file)) {
            type = ContentTypes.TEXT;
        }
        headers.set(HttpHeaderNames.CONTENT_TYPE, type);
        if (ContentTypes.isActive(type)) {
            headers.set("content-security-policy", SANDBOX);
        }
        boolean download = target.parameter("download").equals(Optional.of("true"));
        shown.ifPresent(wished -> headers.set(
                HttpHeaderNames.CONTENT_DISPOSITION, download ? Attachment.as(wished, "") : Attachment.inline(wished)));
        FileAnswer.allowRanges(headers);
        if (!FileAnswer.describe(exchange, headers, etag)) {
            return;
        }
        var ranges = FileAnswer.ranges(exchange, etag, size);
        if (ranges.size() > 1) {
            sendParts(headers, file, Multipart.of(ranges, etag, type, size));
            return;
        }
        var range = ranges.isEmpty() ? new ByteRange(0, size) : ranges.getFirst();
        if (!ranges.isEmpty()) {
            headers.set(HttpHeaderNames.CONTENT_RANGE, range.contentRange(size));
        }
        exchange.beginStream(ranges.isEmpty() ? 200 : 206, headers, range.length());
        if (!exchange.isHead()) {
            send(file, range);
            exchange.endStream();
        }
    }

    private void sendParts(HttpHeaders headers, Cid file, Multipart parts) throws IOException {
        headers.set(HttpHeaderNames.CONTENT_TYPE, parts.contentType());
        exchange.beginStream(206, headers, parts.length());
        if (exchange.isHead()) {
            return;
        }
        for (var part : parts.parts()) {
            exchange.stream(Unpooled.wrappedBuffer(part.head()));
            send(file, part.range());
        }
        exchange.stream(Unpooled.wrappedBuffer(parts.end()));
        exchange.endStream();
    }

    /** Whether the request brought a file along, which nobody need have had stored here: with such a URL anybody makes pages. */
    private boolean isCarried(Cid file) {
        var root = Cids.parse(target.segments().get(1));
        return file.multihash().code() == Multihash.IDENTITY && root.multihash().code() == Multihash.IDENTITY;
    }

    /** By its name; by its first bytes if they are here. */
    private String type(Cid file, String name) throws IOException {
        var known = ContentTypes.byEnding(name);
        if (known.isPresent()) {
            return known.get();
        }
        try (var in = reader.open(file)) {
            return ContentTypes.byContent(in.readNBytes(ContentTypes.LOOK));
        } catch (UnixFsException e) {
            return ContentTypes.UNKNOWN;
        }
    }

    private void send(Cid file, ByteRange range) throws IOException {
        try (var in = reader.open(file)) {
            in.skipNBytes(range.first());
            long left = range.length();
            while (left > 0) {
                var chunk = in.readNBytes((int) Math.min(left, CHUNK));
                if (chunk.length == 0) {
                    throw new RefusedException(
                            RefusalCode.DAMAGED, "the file " + file + " is shorter than it says", "");
                }
                left -= chunk.length;
                exchange.stream(Unpooled.wrappedBuffer(chunk));
            }
        }
    }
}
