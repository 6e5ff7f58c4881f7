/**
 * Proof of data segment inclusion (FRC-0058): the index at the end of an aggregate that says which pieces lie where in it, and
 * proofs that a piece lies in an aggregate and stands in its index. Nothing of an aggregate's data is read but the index: the
 * tree is put together from the pieces' commitments, and its root shows whether they are right.
 */
@NullMarked
package io.adit.market.podsi;

import org.jspecify.annotations.NullMarked;
