/**
 * Serves what the provider stores over HTTP: pieces under {@code /piece/} (FRC-0066) and blocks and CARs under {@code
 * /ipfs/} (trustless gateway specification).
 *
 * <p>Netty's event loops move bytes; whatever may wait (the index, the state store, the disk) runs on one virtual thread
 * per request. Piece bytes and leaf blocks go from file to socket without passing through the heap. A request names a
 * CID and never a path: files are reached only through the catalogue and the index. Everything a stranger can make grow
 * has a bound in {@link io.adit.market.retrieve.RetrievalLimits}. No keys and no chain may enter.
 */
@NullMarked
package io.adit.market.retrieve;

import org.jspecify.annotations.NullMarked;
