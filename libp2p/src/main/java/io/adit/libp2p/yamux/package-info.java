/**
 * Yamux, the stream multiplexer, with back-pressure both ways: a sender waits for the receiver's window and for the
 * socket, and a receiver gives window back only for bytes that its reader has taken. All buffers are bounded by windows
 * and all counts by {@link io.adit.libp2p.mux.SessionLimits}; a peer that ignores them loses its connection.
 */
@NullMarked
package io.adit.libp2p.yamux;

import org.jspecify.annotations.NullMarked;
