package io.adit.market.fetch;

import java.io.Closeable;
import java.io.IOException;

/** Opens a file of a client's or of the operator's: here, or in another process. */
public interface FileSource {
    /**
     * Asks for the file from {@code offset} to its end.
     *
     * @param size the whole file's length; an answer that says otherwise is FETCH_WRONG_SIZE
     * @throws FetchException with any of its reasons
     */
    Body open(FetchSource source, long offset, long size);

    /**
     * Asks how long the file is (HEAD), without fetching it.
     *
     * @return bytes, 0 or more
     * @throws FetchException with any of its reasons; FETCH_REFUSED where the server does not have it, FETCH_WRONG_SIZE where
     *     it does not say how long it is
     */
    long length(FetchSource source);

    /** The data as it comes. */
    interface Body extends Closeable {
        /** The file's byte that the body starts with: the one asked for, or 0 from a server without ranges. */
        long offset();

        /**
         * The next bytes, -1 at the end.
         *
         * @throws IOException when the connection breaks
         * @throws FetchException FETCH_STALLED when the data comes too slowly
         */
        int read(byte[] buffer) throws IOException;
    }
}
