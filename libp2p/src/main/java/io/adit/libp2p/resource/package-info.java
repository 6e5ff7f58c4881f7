/**
 * What a host gives away, and to whom: connections, handshakes, streams and memory, each counted for the whole host, for
 * the remote's subnet, address and peer identity, and streams for their protocol too. A limit that is reached refuses
 * the newcomer by name ({@link io.adit.libp2p.resource.Refusal}); nobody who is being served loses anything, except that
 * a handshake of the busiest subnet makes room for one of a quieter subnet when all places are taken. Some room is kept
 * for peers that the owner knows, and for this host's own dials, so that strangers cannot use up everything.
 *
 * <p>go-libp2p's resource manager has the same scopes. Identities cost nothing, so limits by peer alone would hold
 * nobody up; subnets (IPv4 /24, IPv6 /56) and addresses (IPv6: /64) are what an attacker has to pay for.
 */
@NullMarked
package io.adit.libp2p.resource;

import org.jspecify.annotations.NullMarked;
