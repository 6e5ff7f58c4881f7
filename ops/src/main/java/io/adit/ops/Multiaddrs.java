package io.adit.ops;

import io.adit.core.error.InvalidValueException;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.wire.MalformedWireException;

/** Reads the libp2p addresses that operators and clients write. */
public final class Multiaddrs {
    private Multiaddrs() {}

    /**
     * Reads one.
     *
     * @param what the argument or configuration key that it is the value of
     * @throws InvalidValueException saying how one looks
     */
    public static Multiaddr parse(String what, String text) {
        try {
            return Multiaddr.parse(text);
        } catch (MalformedWireException e) {
            throw new InvalidValueException(
                    what, "'" + text + "' (" + e.getMessage() + ")", "a multiaddr such as /ip4/192.0.2.1/tcp/24001");
        }
    }
}
