package io.adit.libp2p.resource;

import java.util.Map;

/**
 * What is taken at one moment.
 *
 * @param attempts inbound connections since the start, whatever became of them
 * @param connections secured
 * @param handshakes inbound connections that are not secured yet
 * @param streams inbound, whose handlers have not returned
 * @param receiveBytes memory for bytes that were not read
 * @param refused how often each limit has turned somebody away since the start
 */
public record ResourceUsage(
        long attempts, int connections, int handshakes, int streams, long receiveBytes, Map<Refused, Long> refused) {
    /** A kind of limit. */
    public record Refused(Scope scope, Resource resource) {}

    public ResourceUsage {
        refused = Map.copyOf(refused);
    }
}
