/**
 * The client's side of circuit relay v2 (libp2p specs, relay/circuit-v2): reserving a slot at a relay, so that others can
 * reach this host through it, and reaching others through theirs. A circuit is a stream at the relay; what flows on it is
 * secured end to end, so the relay sees who talks and how much, not what. This host relays for nobody.
 */
@NullMarked
package io.adit.libp2p.relay;

import org.jspecify.annotations.NullMarked;
