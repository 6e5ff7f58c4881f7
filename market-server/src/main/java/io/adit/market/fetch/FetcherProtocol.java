package io.adit.market.fetch;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;

/**
 * What the node and its fetcher process say to each other: one connection for each answer of a server. The node sends a
 * request; the fetcher sends a mark and the offset that the body starts with, then chunks, each after its length, and a length of
 * 0 at the end. Where only the file's length was asked for, that follows the mark, and nothing else. Anywhere another mark may stand for a failure, with its reason and words. Both sides bound what they read: the fetcher is what
 * strangers talk to, so the node believes it no more than them.
 */
final class FetcherProtocol {
    /** The longest chunk. */
    static final int MAX_CHUNK = 256 << 10;

    static final int END = 0;
    static final int FAILURE = -1;
    static final int OPENED = -2;

    private static final int VERSION = 2;
    private static final int MAX_HEADERS = 64;
    private static final int MAX_WORDS = 500;

    /**
     * What is asked for.
     *
     * @param size of the whole file; {@link #ASKED} where that is the question
     */
    record Request(FetchSource source, long offset, long size) {
        /** In the place of a size: only that is asked for. */
        static final long ASKED = -1;

        static Request length(FetchSource source) {
            return new Request(source, 0, ASKED);
        }

        boolean asksLength() {
            return size == ASKED;
        }
    }

    private FetcherProtocol() {}

    static void write(DataOutputStream out, Request request) throws IOException {
        out.writeInt(VERSION);
        out.writeUTF(request.source().url().toString());
        out.writeBoolean(request.source().operators());
        out.writeInt(request.source().headers().size());
        for (var header : request.source().headers().entrySet()) {
            out.writeUTF(header.getKey());
            out.writeUTF(header.getValue());
        }
        out.writeLong(request.offset());
        out.writeLong(request.size());
        out.flush();
    }

    /** Reads a request and checks the URL again, so that nothing but a URL that is good comes to be fetched. */
    static Request readRequest(DataInputStream in, AddressRules rules) throws IOException {
        int version = in.readInt();
        if (version != VERSION) {
            throw new IOException("a request of version " + version + ", not " + VERSION);
        }
        var text = in.readUTF();
        boolean operators = in.readBoolean();
        int count = in.readInt();
        if (count < 0 || count > MAX_HEADERS) {
            throw new IOException(count + " headers");
        }
        var headers = new LinkedHashMap<String, String>();
        for (int i = 0; i < count; i++) {
            headers.put(in.readUTF(), in.readUTF());
        }
        long offset = in.readLong();
        long size = in.readLong();
        URI url = FetchSource.url(text, operators ? AddressRules.OPERATORS : rules);
        return new Request(new FetchSource(url, headers, operators), offset, size);
    }

    static void writeFailure(DataOutputStream out, FetchException failure) throws IOException {
        out.writeInt(FAILURE);
        out.writeUTF(failure.reason().name());
        var words = String.valueOf(failure.getMessage());
        out.writeUTF(words.substring(0, Math.min(words.length(), MAX_WORDS)));
        out.flush();
    }

    /** What the fetcher says to one request, as the node reads it. */
    static final class Answer {
        private final DataInputStream in;
        private int left;

        Answer(DataInputStream in) {
            this.in = in;
        }

        /**
         * Where the body starts, which is where it was asked from, or 0; or the length that was asked for.
         *
         * @throws FetchException the failure that the fetcher tells, or FETCH_BROKEN for what makes no sense
         */
        long opened(Request request) throws IOException {
            if (mark() != OPENED) {
                throw malformed();
            }
            long number = in.readLong();
            boolean sense = request.asksLength() ? number >= 0 : number == 0 || number == request.offset();
            if (!sense) {
                throw malformed();
            }
            return number;
        }

        /** The next bytes of the body; -1 at its end. Throws as {@link #opened}. */
        int read(byte[] buffer) throws IOException {
            if (left == 0) {
                left = mark();
                if (left == END) {
                    return -1;
                }
                if (left < 0 || left > MAX_CHUNK) {
                    throw malformed();
                }
            }
            int n = in.read(buffer, 0, Math.min(buffer.length, left));
            if (n < 0) {
                throw new EOFException("the fetcher process ended");
            }
            left -= n;
            return n;
        }

        /** The next mark or length; throws the failure that it stands for. */
        private int mark() throws IOException {
            int number = in.readInt();
            if (number == FAILURE) {
                throw readFailure(in);
            }
            return number;
        }

        private static FetchException malformed() {
            return new FetchException(FetchErrorCode.FETCH_BROKEN, "the fetcher process says what makes no sense");
        }
    }

    /** The failure after its mark; one that is malformed is a broken connection. */
    private static FetchException readFailure(DataInputStream in) throws IOException {
        var reason = in.readUTF();
        var words = in.readUTF().replaceAll("\\p{Cntrl}", " ");
        var said = words.substring(0, Math.min(words.length(), MAX_WORDS));
        for (var known : FetchErrorCode.values()) {
            if (known.name().equals(reason)) {
                return new FetchException(known, said);
            }
        }
        return new FetchException(FetchErrorCode.FETCH_BROKEN, "the fetcher failed in an unknown way");
    }
}
