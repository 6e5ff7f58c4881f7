package io.adit.market.mk20;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * Data that clients upload, whole or in chunks. Nothing that is not the deal's piece lands, an answer of 200 means that the
 * bytes are on disk, and a chunk that was cut short is begun anew.
 */
public interface Uploads {
    /** Largest chunk, Curio's. */
    long MOST_CHUNK = 256 << 20;

    /** Least chunk. Curio asks for 16 MiB; small pieces are for tests. */
    long LEAST_CHUNK = 1 << 10;

    /** Most chunks of one deal. */
    int MOST_CHUNKS = 16_384;

    /** An answer: HTTP status and why. */
    record Result(int status, String message) {
        public static Result done() {
            return new Result(200, "");
        }
    }

    /** The chunks of an upload by number, from 1. */
    record Progress(int total, List<Integer> uploaded, List<Integer> missing) {
        public Progress {
            uploaded = List.copyOf(uploaded);
            missing = List.copyOf(missing);
        }
    }

    /** What is uploaded, and the SHA-256 that its sender signed for it, if one was. */
    record Body(InputStream bytes, Optional<byte[]> sha256) {}

    /** Takes all the data in one go; when it is the piece, the deal goes on. */
    Result whole(Ulid deal, Body body) throws IOException;

    /** Begins an upload in chunks. */
    Result begin(Ulid deal, long rawSize, long chunkSize);

    /** Takes a chunk. */
    Result chunk(Ulid deal, int number, Body body) throws IOException;

    /** How far an upload in chunks is; empty when none was begun. */
    Optional<Progress> progress(Ulid deal);

    /** Ends an upload: the deal goes on once its data is checked. Said again, the same answer. */
    Result finish(Ulid deal);
}
