/**
 * The provider's side of a deal: the ask, the checks of a proposal, the desk that accepts it and the durable steps that
 * carry it to a sector. A proposal is accepted only when it is on disk; a rejection always says what, which limit, what was
 * given and what to change.
 */
@NullMarked
package io.adit.market.deal;

import org.jspecify.annotations.NullMarked;
