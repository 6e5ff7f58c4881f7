/**
 * Ping (/ipfs/ping/1.0.0): thirty-two bytes there and back.
 */
@NullMarked
package io.adit.libp2p.ping;

import org.jspecify.annotations.NullMarked;
