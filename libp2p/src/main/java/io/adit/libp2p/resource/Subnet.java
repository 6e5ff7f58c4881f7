package io.adit.libp2p.resource;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** The block of addresses that an address belongs to; it counts as one. */
record Subnet(InetAddress first, int prefix) implements Origin {
    private static final int IPV4_SUBNET = 24;
    private static final int IPV6_SUBNET = 56;
    /** What one machine may own whole. */
    private static final int IPV6_ADDRESS = 64;

    /** The IPv4 /24 or IPv6 /56 around an address. */
    static Subnet of(InetAddress address) {
        return cut(address, address instanceof Inet6Address ? IPV6_SUBNET : IPV4_SUBNET);
    }

    /** An IPv4 address by itself, or the IPv6 /64 around one. */
    static Subnet single(InetAddress address) {
        return cut(address, address instanceof Inet6Address ? IPV6_ADDRESS : Byte.SIZE * address.getAddress().length);
    }

    private static Subnet cut(InetAddress address, int prefix) {
        var bytes = address.getAddress();
        Arrays.fill(bytes, prefix / Byte.SIZE, bytes.length, (byte) 0);
        try {
            return new Subnet(InetAddress.getByAddress(bytes), prefix);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    @Override
    public String toString() {
        return first.getHostAddress() + "/" + prefix;
    }
}
