/**
 * The Noise XX handshake of libp2p and the ciphers that it leaves behind. It binds a connection to the remote's
 * identity key: nothing above this layer runs before the remote has proved who it is. Blocking, and free of I/O: it
 * turns messages into messages.
 */
@NullMarked
package io.adit.libp2p.noise;

import org.jspecify.annotations.NullMarked;
