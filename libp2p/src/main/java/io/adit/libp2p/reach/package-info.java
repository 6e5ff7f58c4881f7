/**
 * Whether a host can be dialled, and what becomes of one that cannot: {@link io.adit.libp2p.reach.Reach} asks by AutoNAT unless its
 * owner knows, keeps slots at relays while the host is private, and says which addresses are worth publishing. A host that is
 * reached through relays only is spoken to through their limits: proposals and questions fit, bulk data mostly does not.
 */
@NullMarked
package io.adit.libp2p.reach;

import org.jspecify.annotations.NullMarked;
