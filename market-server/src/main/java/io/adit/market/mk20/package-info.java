/**
 * Curio's HTTP market (market 2.0, {@code /market/mk20}): the JSON of its deals, who may ask what, the paths with the status
 * codes and bodies that its clients know, and uploads on their way in. What becomes of a deal is decided elsewhere, behind
 * {@link io.adit.market.mk20.DirectDeals}; here strangers' bytes become typed values, or a refusal that says what to change.
 * Shapes: Curio 1.28, {@code market/mk20/types.go} and {@code market/mk20/http/http.go}.
 */
@NullMarked
package io.adit.market.mk20;

import org.jspecify.annotations.NullMarked;
