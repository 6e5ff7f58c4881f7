/**
 * Serves single blocks of what the provider stores to whoever asks over libp2p
 * (<a href="https://specs.ipfs.tech/bitswap-protocol/">Bitswap</a> 1.2.0, 1.1.0 and 1.0.0).
 *
 * <p>A peer sends wants on streams of its own; the answers go on a stream that this side opens. A want is a question that is
 * answered once: what is not here now is not remembered, and clients ask again by themselves. Each peer has a place of its
 * own, with so many wants and one message under way; who does not read is waited for there, and holds up nobody else.
 */
@NullMarked
package io.adit.market.bitswap;

import org.jspecify.annotations.NullMarked;
