/**
 * TCP and WebSocket on Netty: listening, dialling, the upgrade from a raw socket to an encrypted, multiplexed connection. The
 * upgrade runs as blocking code on a virtual thread under a time
 * limit; after it, event loops decrypt and deliver, and writers seal their own frames.
 */
@NullMarked
package io.adit.libp2p.transport;

import org.jspecify.annotations.NullMarked;
