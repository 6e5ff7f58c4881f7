package io.adit.market.fetch;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One HTTP/1.1 answer: its head, bounded, and its body as a stream that knows where it ends. */
final class HttpAnswer implements Closeable {
    private static final int MAX_LINE = 8 << 10;
    private static final int MAX_HEAD = 64 << 10;
    private static final int BUFFER = 64 << 10;
    private static final int MAX_INTERIM = 8;

    private final Closeable connection;
    private final InputStream in;
    private final Map<String, String> headers = new HashMap<>();
    /** One for all lines: a server may send as many empty chunks, and their lines, as it likes. */
    private final byte[] line = new byte[MAX_LINE];

    private int status;
    private int headBytes;

    /** @param connection closed with the answer */
    HttpAnswer(InputStream input, Closeable connection) throws IOException {
        this.connection = connection;
        this.in = new BufferedInputStream(input, BUFFER);
        for (int heads = 0; status < 200; heads++) {
            if (heads > MAX_INTERIM) {
                throw malformed("too many interim answers");
            }
            readHead();
        }
    }

    private void readHead() throws IOException {
        headers.clear();
        var words = line().split(" ", 3);
        if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("[1-5]\\d\\d")) {
            throw malformed("the first line is no HTTP/1 status");
        }
        status = Integer.parseInt(words[1]);
        for (var line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw malformed("a header has no name");
            }
            var name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            var value = line.substring(colon + 1).strip();
            var before = headers.put(name, value);
            if (before != null && name.equals("content-length") && !before.equals(value)) {
                throw malformed("two lengths");
            }
        }
    }

    private String line() throws IOException {
        return line(() -> {});
    }

    private String line(Runnable eachByte) throws IOException {
        int length = 0;
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the connection ended inside the answer's head");
            }
            if (length == MAX_LINE || headBytes++ > MAX_HEAD) {
                throw malformed("the head is longer than " + MAX_HEAD + " bytes, or a line than " + MAX_LINE);
            }
            line[length++] = (byte) b;
            eachByte.run();
        }
        if (length > 0 && line[length - 1] == '\r') {
            length--;
        }
        return new String(line, 0, length, StandardCharsets.ISO_8859_1);
    }

    int status() {
        return status;
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** The body's length where the head says it. */
    Optional<Long> length() {
        return isChunked() ? Optional.empty() : header("content-length").map(text -> number(text, 10));
    }

    /**
     * The body. Its read throws EOFException when the connection ends too early.
     *
     * @param rate told that time passes while chunks are framed and no bytes of the body come
     */
    InputStream body(Rate rate) {
        if (isChunked()) {
            return new ChunkedBody(rate);
        }
        return length().<InputStream>map(FixedBody::new).orElse(in);
    }

    private boolean isChunked() {
        return header("transfer-encoding")
                .map(coding -> {
                    if (!coding.equalsIgnoreCase("chunked")) {
                        throw malformed("a transfer coding other than chunked");
                    }
                    return true;
                })
                .orElse(false);
    }

    private static long number(String text, int radix) {
        try {
            long value = Long.parseLong(text, radix);
            if (value >= 0 && !text.startsWith("+")) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw malformed("a length that is no number");
        }
        throw malformed("a length that is no number");
    }

    static FetchException malformed(String what) {
        return new FetchException(FetchErrorCode.FETCH_MALFORMED, "the server's answer is malformed: " + what);
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }

    /** A body of known length. */
    private final class FixedBody extends InputStream {
        private long left;

        FixedBody(long length) {
            left = length;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int n = in.read(buffer, offset, (int) Math.min(length, left));
            if (n < 0) {
                throw new EOFException("the connection ended " + left + " bytes before the body");
            }
            left -= n;
            return n;
        }
    }

    /** A chunked body (RFC 9112 section 7.1); extensions and trailers are skipped, within the head's bound. */
    private final class ChunkedBody extends InputStream {
        private long left;
        private boolean first = true;
        private boolean ended;
        private final Rate rate;

        ChunkedBody(Rate rate) {
            this.rate = rate;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0 && !ended) {
                nextChunk();
            }
            if (ended) {
                return -1;
            }
            int n = in.read(buffer, offset, (int) Math.min(length, left));
            if (n < 0) {
                throw new EOFException("the connection ended inside a chunk");
            }
            left -= n;
            return n;
        }

        private void nextChunk() throws IOException {
            headBytes = 0;
            if (!first && !line(() -> rate.came(0)).isEmpty()) {
                throw malformed("a chunk is longer than it says");
            }
            first = false;
            var size = line(() -> rate.came(0));
            int extension = size.indexOf(';');
            left = number((extension < 0 ? size : size.substring(0, extension)).strip(), 16);
            if (left == 0) {
                ended = true;
                while (!line(() -> rate.came(0)).isEmpty()) {
                    // Trailers are of no use here.
                }
            }
        }
    }
}
