/**
 * Whether the devnet's answers look like Lotus's. The recordings of a real network say which keys, types and nulls an answer has and
 * which code and words a refusal; every method that the devnet serves is asked live and held against them.
 */
@NullMarked
package io.adit.devnet.shape;

import org.jspecify.annotations.NullMarked;
