package io.adit.market.client;

import io.adit.core.error.AditException;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.CommP;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceCid;
import io.adit.core.fil.PieceTree;
import io.adit.core.ipld.CarLimits;
import io.adit.core.ipld.CarReader;
import io.adit.core.ipld.CarWriter;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.UnixFsReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Fetches files and pieces from a provider over HTTP and believes nothing: every block is hashed and must be the one that
 * the walk from the root needs next; a piece's commitment is computed. The output file appears, complete and synced,
 * under its name or not at all.
 */
public final class RetrievalClient implements AutoCloseable {
    private static final String CAR = "application/vnd.ipld.car; version=1; order=dfs; dups=n";
    private static final int MAX_REASON = 2048;
    private static final long LARGEST_PIECE = 64L << 30;

    private final HttpClient http;
    private final long maxBytes;
    private final Duration stallTimeout;

    /**
     * What was fetched.
     *
     * @param cid the file's own CID, which is the root's unless a path was given
     * @param blocks different blocks that made it up
     * @param bytes bytes of the file
     */
    public record Retrieved(Cid cid, int blocks, long bytes) {}

    /**
     * Makes a client.
     *
     * @param maxBytes most bytes accepted in one answer
     * @param stallTimeout longest wait for a connection, an answer's head, and each next byte
     */
    public RetrievalClient(long maxBytes, Duration stallTimeout) {
        this.http = HttpClient.newBuilder()
                .connectTimeout(stallTimeout)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        this.maxBytes = maxBytes;
        this.stallTimeout = stallTimeout;
    }

    /** Fetches the UnixFS file with this root. */
    public Retrieved getFile(Cid root, URI provider, Path out) throws IOException {
        return getFile(root, "", provider, out);
    }

    /**
     * Fetches a file below a root, as a trustless CAR.
     *
     * @param path names of directory entries between slashes; empty for the root itself
     * @param provider the base of its URLs, for example {@code http://127.0.0.1:8080}
     * @throws AditException with a {@link RetrievalErrorCode}
     */
    public Retrieved getFile(Cid root, String path, URI provider, Path out) throws IOException {
        var names =
                Arrays.stream(path.split("/")).filter(name -> !name.isEmpty()).toList();
        var archive = beside(out, ".car.part");
        try (var body = open(request(carUri(root, names, provider), "accept", CAR), 200);
                var kept = FileChannel.open(
                        archive,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            var keep = new CarWriter(Channels.newOutputStream(kept), List.of(root));
            var check = new CarCheck(new CarReader(body, CarLimits.STANDARD), keep, kept);
            var file = check.readAll(root, names);
            long bytes = save(new UnixFsReader(check).open(file), out);
            return new Retrieved(file, check.blocks(), bytes);
        } catch (IOException e) {
            throw broken(provider, e);
        } finally {
            Files.deleteIfExists(archive);
        }
    }

    /**
     * Fetches a piece's payload whole and checks its commitment.
     *
     * @param piece its CID, version 1 or 2
     * @return bytes of payload
     */
    public long getPiece(Cid piece, URI provider, Path out) throws IOException {
        var wanted = PieceCid.parse(piece);
        var part = beside(out, ".part");
        try (var body = open(request(pieceUri(piece, provider), "accept", "*/*"), 200)) {
            var commP = new CommP();
            long bytes;
            try (var sink = Files.newOutputStream(part)) {
                bytes = copy(body, sink, commP);
            }
            if (!hasCommitment(commP, wanted)) {
                throw new AditException(
                        RetrievalErrorCode.RETRIEVAL_NOT_WHAT_WAS_ASKED,
                        "the provider's " + bytes + " bytes for piece " + piece + " have another commitment");
            }
            publish(part, out);
            return bytes;
        } catch (IOException e) {
            throw broken(provider, e);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /**
     * Fetches a range of a piece's payload. A range alone cannot be checked against the piece's commitment.
     *
     * @param first its first byte
     * @param length how many, at most 16 MiB
     */
    public byte[] getPieceRange(Cid piece, URI provider, long first, int length) throws IOException {
        if (first < 0 || length < 1 || length > 16 << 20) {
            throw new InvalidValueException("piece range", first + " + " + length, "1 byte to 16 MiB from 0 on");
        }
        var range = "bytes=" + first + "-" + (first + length - 1);
        try (var body = open(request(pieceUri(piece, provider), "range", range), 206)) {
            var bytes = body.readNBytes(length + 1);
            if (bytes.length != length) {
                throw new IOException(bytes.length + " bytes came for a range of " + length);
            }
            return bytes;
        } catch (IOException e) {
            throw broken(provider, e);
        }
    }

    @Override
    public void close() {
        http.close();
    }

    private HttpRequest request(URI uri, String header, String value) {
        return HttpRequest.newBuilder(uri)
                .timeout(stallTimeout)
                .header(header, value)
                .build();
    }

    private InputStream open(HttpRequest request, int expected) throws IOException {
        HttpResponse<InputStream> response;
        try {
            response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while asking the provider");
        }
        var body = new BoundedBody(response.body(), maxBytes, stallTimeout);
        if (response.statusCode() == expected) {
            return body;
        }
        try (body) {
            var reason = new String(body.readNBytes(MAX_REASON), StandardCharsets.UTF_8);
            throw new AditException(
                    RetrievalErrorCode.RETRIEVAL_REFUSED,
                    "the provider answered " + response.statusCode() + " to " + request.uri() + ": " + reason);
        }
    }

    private static boolean hasCommitment(CommP commP, PieceCid wanted) {
        if (commP.rawSize() == 0
                || (wanted.rawSize().isPresent() && wanted.rawSize().getAsLong() != commP.rawSize())) {
            return false;
        }
        var smallest = commP.finish();
        if (wanted.size().isPresent()) {
            var size = wanted.size().get();
            return size.compareTo(smallest.size()) >= 0
                    && PieceTree.padTo(smallest, size).commP().equals(wanted.commP());
        }
        // Version 1 leaves open how many zeros were added to the payload.
        var padded = smallest;
        while (!padded.commP().equals(wanted.commP()) && padded.size().bytes() < LARGEST_PIECE) {
            padded = PieceTree.padTo(padded, new PaddedSize(padded.size().bytes() * 2));
        }
        return padded.commP().equals(wanted.commP());
    }

    private long save(InputStream content, Path out) throws IOException {
        var part = beside(out, ".part");
        try {
            long bytes;
            try (content;
                    var sink = Files.newOutputStream(part)) {
                bytes = content.transferTo(sink);
            }
            publish(part, out);
            return bytes;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void publish(Path part, Path out) throws IOException {
        try (var written = FileChannel.open(part, StandardOpenOption.WRITE)) {
            written.force(true);
        }
        Files.move(part, out, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (var directory = FileChannel.open(out.toAbsolutePath().resolveSibling("."), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    private static long copy(InputStream in, OutputStream out, CommP commP) throws IOException {
        var buffer = new byte[1 << 16];
        long total = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            commP.update(buffer, 0, n);
            out.write(buffer, 0, n);
            total += n;
        }
        return total;
    }

    private static Path beside(Path out, String suffix) {
        return out.resolveSibling(out.getFileName() + suffix);
    }

    private static URI carUri(Cid root, List<String> names, URI provider) {
        var path = new StringBuilder(base(provider)).append("/ipfs/").append(root);
        for (var name : names) {
            path.append('/')
                    .append(URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"));
        }
        return URI.create(path.append("?format=car&dag-scope=entity").toString());
    }

    private static URI pieceUri(Cid piece, URI provider) {
        return URI.create(base(provider) + "/piece/" + piece);
    }

    private static String base(URI provider) {
        var text = provider.toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    private static AditException broken(URI provider, IOException cause) {
        return new AditException(
                RetrievalErrorCode.RETRIEVAL_BROKEN,
                "fetching from " + provider + " broke off: " + cause.getMessage() + "; try again, or another provider",
                cause);
    }
}
