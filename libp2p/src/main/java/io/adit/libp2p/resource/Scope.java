package io.adit.libp2p.resource;

/** For whom a resource is counted, from the widest to the narrowest. */
public enum Scope {
    /** Everybody together. */
    HOST,
    /** Everybody but known peers and those whom this side has dialled. */
    STRANGERS,
    /** One IPv4 /24 or IPv6 /56. */
    SUBNET,
    /** One IPv4 address or IPv6 /64. */
    ADDRESS,
    /** All circuits, through whatever relay. */
    CIRCUITS,
    /** All circuits through one relay. */
    RELAY,
    /** The circuits of one peer through one relay. */
    PEER_BEHIND_RELAY,
    PEER,
    PROTOCOL,
    /** One protocol with one peer. */
    PEER_AND_PROTOCOL
}
