/**
 * Where every block of every piece lies: multihash to piece, offset and length, in RocksDB. Only pieces whose CommP was
 * checked enter. The index is a memory that can be rebuilt from the pieces; it never answers from a piece that was not
 * indexed to its end.
 */
@NullMarked
package io.adit.market.index;

import org.jspecify.annotations.NullMarked;
