/**
 * The small encodings that every libp2p layer shares: unsigned varints, the subset of Protocol Buffers that libp2p's
 * messages use, and base58. Everything here parses bytes from strangers, so every length is checked against what is
 * left before anything is allocated.
 */
@NullMarked
package io.adit.libp2p.wire;

import org.jspecify.annotations.NullMarked;
