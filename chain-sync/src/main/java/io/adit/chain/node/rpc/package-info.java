/**
 * JSON-RPC 2.0 as Lotus and Forest speak it: the catalogue of methods, the client over HTTP POST and WebSocket, and the
 * dispatcher that serves the same catalogue. Enters here: transport, limits, time-outs and error mapping. Meaning stays
 * in {@code io.adit.chain.node}, shapes in {@code io.adit.chain.node.json}.
 */
@NullMarked
package io.adit.chain.node.rpc;

import org.jspecify.annotations.NullMarked;
