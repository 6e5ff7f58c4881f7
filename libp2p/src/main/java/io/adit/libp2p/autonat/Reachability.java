package io.adit.libp2p.autonat;

/** Whether strangers can dial a host. */
public enum Reachability {
    /** Nobody has said yet. */
    UNKNOWN,
    PUBLIC,
    /** Behind address translation or a firewall: relays can help. */
    PRIVATE
}
