/**
 * Self-describing network addresses, as text and as bytes (multiformats/multiaddr). Only protocols of the known table
 * enter; both parsers are bounded by {@link io.adit.libp2p.multiaddr.Multiaddr#MAX_BYTES}.
 */
@NullMarked
package io.adit.libp2p.multiaddr;

import org.jspecify.annotations.NullMarked;
