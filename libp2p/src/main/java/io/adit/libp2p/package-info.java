/**
 * A libp2p host: it dials and accepts connections over TCP and WebSocket, secured with Noise or TLS 1.3 and multiplexed
 * with Yamux, and over QUIC v1; it hands each inbound stream to the handler of its protocol on a virtual thread.
 *
 * <p>What a host is made of is chosen in {@link io.adit.libp2p.HostBuilder}: addresses, protocols, limits, and by which
 * {@link io.adit.libp2p.SecurityProtocol}s connections are secured, in order of preference. Everything that a stranger may use up is
 * limited in {@link io.adit.libp2p.HostLimits}, sized by the heap unless told otherwise, and refused by name; what is taken
 * and what was refused shows in {@link io.adit.libp2p.Host#resources()}.
 *
 * <p>A peer is dialled by one address, or by its identity at all that the {@link io.adit.libp2p.AddressBook} knows: each
 * address gets a quarter of a second before the next is tried as well, QUIC before TCP, and the first that answers is taken. Addresses
 * expire; what a peer says about its own is believed for half an hour, and never about the inside of this host's network
 * unless the peer is there too. {@link io.adit.libp2p.Host#serve} and {@link io.adit.libp2p.Host#announce} change at run
 * time what peers are told (identify push).
 *
 * <p>A host that nobody can dial has slots reserved at relays ({@link io.adit.libp2p.Host#reserve}, kept by
 * {@link io.adit.libp2p.relay.RelaySlots}); peers reach it by circuits then, which are connections like others but for what
 * the relay lets through. {@link io.adit.libp2p.reach.Reach} finds out whether that is so.
 *
 * <p>{@link io.adit.libp2p.gossipsub.Gossipsub} is a service upon a host, as others may be: it serves its protocols there and
 * learns of peers as a {@link io.adit.libp2p.PeerObserver}.
 *
 * <p>What callers see is here ({@link io.adit.libp2p.Host}, {@link io.adit.libp2p.Connection},
 * {@link io.adit.libp2p.Stream}, {@link io.adit.libp2p.StreamHandler}); the layers below have a package each, named as
 * the libp2p specifications name them. Streams block, with back-pressure in both directions; event loops never do.
 * The module knows nothing of Filecoin and depends on Netty and Bouncy Castle only.
 */
@NullMarked
package io.adit.libp2p;

import org.jspecify.annotations.NullMarked;
