/**
 * A libp2p host: it dials and accepts connections over TCP and WebSocket, secures them with Noise or TLS 1.3, multiplexes them with Yamux and hands
 * each inbound stream to the handler of its protocol on a virtual thread.
 *
 * <p>What a host is made of is chosen in {@link io.adit.libp2p.HostBuilder}: addresses, protocols, limits, and by which
 * {@link io.adit.libp2p.SecurityProtocol}s connections are secured, in order of preference. Everything that a stranger may use up is
 * limited in {@link io.adit.libp2p.HostLimits}, sized by the heap unless told otherwise, and refused by name; what is taken
 * and what was refused shows in {@link io.adit.libp2p.Host#resources()}.
 *
 * <p>A peer is dialled by one address, or by its identity at all that the {@link io.adit.libp2p.AddressBook} knows: each
 * address gets a quarter of a second before the next is tried as well, and the first that answers is taken. Addresses
 * expire; what a peer says about its own is believed for half an hour, and never about the inside of this host's network
 * unless the peer is there too. {@link io.adit.libp2p.Host#serve} and {@link io.adit.libp2p.Host#announce} change at run
 * time what peers are told (identify push).
 *
 * <p>What callers see is here ({@link io.adit.libp2p.Host}, {@link io.adit.libp2p.Connection},
 * {@link io.adit.libp2p.Stream}, {@link io.adit.libp2p.StreamHandler}); the layers below have a package each, named as
 * the libp2p specifications name them. Streams block, with back-pressure in both directions; event loops never do.
 * The module knows nothing of Filecoin and depends on Netty and Bouncy Castle only.
 */
@NullMarked
package io.adit.libp2p;

import org.jspecify.annotations.NullMarked;
