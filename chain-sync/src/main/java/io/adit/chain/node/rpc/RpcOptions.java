package io.adit.chain.node.rpc;

import io.adit.core.fil.Network;
import java.time.Duration;

/**
 * Limits of a full node's client.
 *
 * @param network decides the prefix of addresses in requests
 * @param connectTimeout for a TCP (and TLS) connection
 * @param queryTimeout for the answer of a method of {@link CallClass#QUERY}
 * @param computeTimeout for one of {@link CallClass#COMPUTE}
 * @param waitTimeout for one of {@link CallClass#WAIT}
 * @param maxAnswerBytes longest answer, and longest WebSocket message, that is read
 * @param silence a channel without a frame for so long is opened anew
 * @param minBackoff first pause before opening a channel again; doubles each time
 * @param maxBackoff longest such pause
 * @param maxQueuedFrames frames of a channel that may wait for a slow listener
 */
public record RpcOptions(
        Network network,
        Duration connectTimeout,
        Duration queryTimeout,
        Duration computeTimeout,
        Duration waitTimeout,
        int maxAnswerBytes,
        Duration silence,
        Duration minBackoff,
        Duration maxBackoff,
        int maxQueuedFrames) {

    /** Limits that fit a node nearby: 10 s, 30 s, 2 min, 30 min, 64 MiB, 30 s of silence, pauses of 0.2 s to 10 s. */
    public static RpcOptions defaults(Network network) {
        return new RpcOptions(
                network,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofMinutes(2),
                Duration.ofMinutes(30),
                64 << 20,
                Duration.ofSeconds(30),
                Duration.ofMillis(200),
                Duration.ofSeconds(10),
                4096);
    }

    /** With other time-outs for calls. */
    public RpcOptions withTimeouts(Duration query, Duration compute, Duration wait) {
        return new RpcOptions(
                network,
                connectTimeout,
                query,
                compute,
                wait,
                maxAnswerBytes,
                silence,
                minBackoff,
                maxBackoff,
                maxQueuedFrames);
    }

    /** With another limit on answers. */
    public RpcOptions withMaxAnswerBytes(int bytes) {
        return new RpcOptions(
                network,
                connectTimeout,
                queryTimeout,
                computeTimeout,
                waitTimeout,
                bytes,
                silence,
                minBackoff,
                maxBackoff,
                maxQueuedFrames);
    }

    /** With other rules for channels. */
    public RpcOptions withChannel(Duration otherSilence, Duration min, Duration max, int queuedFrames) {
        return new RpcOptions(
                network,
                connectTimeout,
                queryTimeout,
                computeTimeout,
                waitTimeout,
                maxAnswerBytes,
                otherSilence,
                min,
                max,
                queuedFrames);
    }

    Duration timeout(CallClass callClass) {
        return switch (callClass) {
            case QUERY -> queryTimeout;
            case COMPUTE -> computeTimeout;
            case WAIT -> waitTimeout;
        };
    }
}
