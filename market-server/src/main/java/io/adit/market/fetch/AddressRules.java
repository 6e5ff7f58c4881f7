package io.adit.market.fetch;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Which addresses may be connected to on a stranger's word (IANA special-purpose registries). IPv4 is open except for the
 * listed blocks; of IPv6 only global unicast is open, and of that nothing that embeds an IPv4 address.
 *
 * @param allowPrivate also loopback and private networks, for devnets; link-local (cloud metadata), multicast and
 *     unspecified addresses stay closed
 */
public record AddressRules(boolean allowPrivate) {
    /** For servers that the operator names: they may well be in his own network. */
    static final AddressRules OPERATORS = new AddressRules(true);

    private static final List<Block> NEVER = List.of(
            Block.of("00000000", 8), // "this" network
            Block.of("a9fe0000", 16), // link-local
            Block.of("e0000000", 4), // multicast
            Block.of("f0000000", 4)); // reserved, broadcast
    private static final List<Block> PRIVATE = List.of(
            Block.of("0a000000", 8),
            Block.of("64400000", 10), // carrier-grade NAT
            Block.of("7f000000", 8),
            Block.of("ac100000", 12),
            Block.of("c0000000", 24), // IETF protocol assignments
            Block.of("c0000200", 24), // documentation
            Block.of("c0586300", 24), // 6to4 relays
            Block.of("c0a80000", 16),
            Block.of("c6120000", 15), // benchmarks
            Block.of("c6336400", 24),
            Block.of("cb007100", 24));
    private static final Block GLOBAL_UNICAST = Block.of("20000000000000000000000000000000", 3);
    private static final List<Block> NOT_GLOBAL = List.of(
            Block.of("20010000000000000000000000000000", 23), // Teredo, ORCHID and others
            Block.of("20010db8000000000000000000000000", 32),
            Block.of("20020000000000000000000000000000", 16), // 6to4
            Block.of("3fff0000000000000000000000000000", 20));
    private static final List<Block> PRIVATE6 =
            List.of(Block.of("00000000000000000000000000000001", 128), Block.of("fc000000000000000000000000000000", 7));

    private record Block(byte[] prefix, int bits) {
        static Block of(String hex, int bits) {
            return new Block(HexFormat.of().parseHex(hex), bits);
        }

        boolean holds(byte[] address) {
            if (address.length != prefix.length) {
                return false;
            }
            int whole = bits / 8;
            if (!Arrays.equals(address, 0, whole, prefix, 0, whole)) {
                return false;
            }
            int mask = 0xff << (8 - bits % 8) & 0xff;
            return bits % 8 == 0 || (address[whole] & mask) == (prefix[whole] & mask);
        }
    }

    /** Whether the address may be connected to. */
    public boolean allows(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (address instanceof Inet4Address) {
            return !in(NEVER, bytes) && (allowPrivate || !in(PRIVATE, bytes));
        }
        if (GLOBAL_UNICAST.holds(bytes)) {
            return !in(NOT_GLOBAL, bytes);
        }
        return allowPrivate && in(PRIVATE6, bytes);
    }

    private static boolean in(List<Block> blocks, byte[] address) {
        return blocks.stream().anyMatch(block -> block.holds(address));
    }
}
