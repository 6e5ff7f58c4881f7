/**
 * Gossipsub v1.1 (libp2p specs, pubsub/gossipsub): messages of a topic reach everybody who has subscribed to it, over a mesh
 * of a few peers for each topic, with gossip about recent messages to others. {@link io.adit.libp2p.gossipsub.Gossipsub} is
 * what callers see.
 *
 * <p>Below it, {@code Router} and {@code MeshUpkeep} decide who gets what and neither wait nor do I/O, so that tests step them
 * by hand; {@code Scores} keeps the peer score P1 to P7; {@code RpcCodec} is the wire. Behaviour and defaults are those of
 * go-libp2p-pubsub. Everything that a stranger may fill is bounded: bytes and elements of an RPC, topics of a peer, IDs asked
 * for, messages remembered, queues to peers and to subscribers.
 */
@NullMarked
package io.adit.libp2p.gossipsub;

import org.jspecify.annotations.NullMarked;
