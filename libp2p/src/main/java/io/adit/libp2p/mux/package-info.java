/**
 * What every connection offers once its remote has proved who it is, whatever carries it: streams that block, with
 * flow control, half-close and reset. Yamux over TCP and QUIC each implement it; the host above knows nothing else of them.
 */
@NullMarked
package io.adit.libp2p.mux;

import org.jspecify.annotations.NullMarked;
