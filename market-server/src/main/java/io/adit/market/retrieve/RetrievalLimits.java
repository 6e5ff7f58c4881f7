package io.adit.market.retrieve;

import io.adit.core.error.InvalidValueException;
import java.time.Duration;

/**
 * Bounds on what clients can make the server do.
 *
 * @param connections open connections in all; more are closed at once
 * @param connectionsPerAddress open connections of one IPv4 address or IPv6 /64 network
 * @param requestsPerAddress requests served at a time for one such address or network
 * @param pieceRequests piece requests served at a time; more are answered 503
 * @param blockRequests raw block requests served at a time
 * @param carRequests CAR requests served at a time, and as many for files
 * @param headerTimeout from when the server is ready for a request until its whole head must have come; also how long an
 *     idle connection is kept
 * @param stallTimeout how long a client may take no byte of a response
 * @param leastRate bytes a second, on average over an answer and beyond the stall timeout, that a client must take
 * @param maxRequestLine longest request line, in bytes
 * @param maxHeaders longest header block, in bytes
 * @param maxLinks links of a DAG that may wait to be followed in one CAR request
 * @param maxSeenBlocks different blocks in one CAR without duplicates
 * @param walkMemory bytes that all CAR requests together may use to remember links and blocks
 */
public record RetrievalLimits(
        int connections,
        int connectionsPerAddress,
        int requestsPerAddress,
        int pieceRequests,
        int blockRequests,
        int carRequests,
        Duration headerTimeout,
        Duration stallTimeout,
        long leastRate,
        int maxRequestLine,
        int maxHeaders,
        int maxLinks,
        int maxSeenBlocks,
        long walkMemory) {
    /** For a public server; the request counts are Curio's, CARs are fewer because they remember what they sent. */
    public static final RetrievalLimits DEFAULTS = new RetrievalLimits(
            4096,
            256,
            32,
            256,
            256,
            64,
            Duration.ofSeconds(15),
            Duration.ofSeconds(30),
            16 << 10,
            4096,
            16 << 10,
            1 << 18,
            1 << 19,
            256 << 20);

    public RetrievalLimits {
        if (requestsPerAddress < 1 || leastRate < 0 || walkMemory < 1) {
            throw new InvalidValueException(
                    "retrieval limit",
                    requestsPerAddress + ", " + leastRate + ", " + walkMemory,
                    "at least 1 request, 0 bytes a second and 1 byte");
        }
        if (connections < 1 || connectionsPerAddress < 1 || pieceRequests < 1 || blockRequests < 1 || carRequests < 1) {
            throw new InvalidValueException("retrieval limit", "a count below 1", "at least 1 each");
        }
        if (maxRequestLine < 256 || maxHeaders < 1024 || maxLinks < 1 || maxSeenBlocks < 1) {
            throw new InvalidValueException(
                    "retrieval limit",
                    maxRequestLine + ", " + maxHeaders + ", " + maxLinks + ", " + maxSeenBlocks,
                    "at least 256 and 1024 bytes, 1 link and 1 block");
        }
    }
}
