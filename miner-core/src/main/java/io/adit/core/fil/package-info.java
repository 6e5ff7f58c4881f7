/**
 * Filecoin's own values: addresses, token amounts, epochs, sector numbers, sizes, proof types, commitments and sets of
 * sectors.
 *
 * <p>Each type refuses what the chain would refuse, knows its own encoding, and carries its unit, so that a padded size
 * is never passed for a raw one. Computations that need nothing but these values are here too: CommP and CommD, piece
 * CIDs, deadline arithmetic. Whatever needs a node, a disk or a key is elsewhere.
 */
@NullMarked
package io.adit.core.fil;

import org.jspecify.annotations.NullMarked;
