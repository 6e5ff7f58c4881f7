/**
 * A sector's life on this miner: where its bytes lie ({@code storage}), how it is sealed ({@code pipeline}) and how it is
 * proven for years ({@code proving}). What may enter: the vocabulary of miner-core, the chain through {@code FullNode}
 * and {@code MessageOutbox}, proofs through {@code Proofs}. Deals are known here only as pieces that have to be put into
 * a sector and activated.
 */
@NullMarked
package io.adit.sealing;

import org.jspecify.annotations.NullMarked;
