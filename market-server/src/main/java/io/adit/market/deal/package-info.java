/**
 * The provider's side of a deal: the ask, the checks of a proposal, the desk that accepts it and the durable steps that
 * carry it to a sector. A proposal is accepted only when it is on disk; a rejection always says what, which limit, what was
 * given and what to change.
 *
 * <p>Files of pieces and their rows in the store are named by the piece CID of version 1, the commitment, which says nothing about the
 * size. Two pieces can have one commitment at two sizes: the hashes one level above the leaves of a piece's tree are, taken for
 * data, a piece of half the size with the same root; anyone who has the piece can make that one, too. Of both the provider
 * holds one at a time, the one whose deal came first ({@link io.adit.market.deal.HeldPiece}). The other's deal fails before it is
 * published, and says which size is held, so that nothing of the one ever comes into the other's sector; and a piece that is asked for
 * by version 2 is served only at the size that this names. What remains is that somebody can keep a provider from taking a certain
 * piece for as long as he has a deal there for the other one, and its client has to go to another provider.
 */
@NullMarked
package io.adit.market.deal;

import org.jspecify.annotations.NullMarked;
