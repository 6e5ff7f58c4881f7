package io.adit.core.fil;

import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.Hashes;
import io.adit.core.ipld.Multibase;
import io.adit.core.ipld.Varint;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * An actor's address: a protocol byte and a payload (<a href="https://spec.filecoin.io/appendix/address/">spec,
 * Address</a>; f4 by FIP-0048).
 *
 * <p>The binary form is the same on every network; text begins with {@code f} on mainnet and {@code t} elsewhere and, but
 * for f0, ends with four bytes of BLAKE2b as a checksum. Both prefixes are read everywhere, as nodes do.
 */
public final class Address implements Comparable<Address> {
    /** Longest binary form: an f4 with a nine-byte namespace and 54 bytes of subaddress. */
    public static final int MAX_BYTES = 1 + Varint.MAX_LENGTH + 54;

    /** Bytes of an address on Ethereum. */
    public static final int ETHEREUM_LENGTH = 20;

    /** The actor that manages Ethereum addresses. */
    private static final long ETHEREUM_MANAGER = 10;

    private static final int HASH_LENGTH = 20;
    private static final int BLS_LENGTH = 48;
    private static final int MAX_SUBADDRESS = 54;
    private static final int CHECKSUM_LENGTH = 4;
    private static final int MAX_ID_DIGITS = 19;
    private static final int MAX_TEXT = 2 + 20 + 1 + 100;

    /** How the payload is to be understood. */
    public enum Protocol {
        /** f0: the actor ID. */
        ID(0),
        /** f1: BLAKE2b-160 of an uncompressed secp256k1 public key. */
        SECP256K1(1),
        /** f2: BLAKE2b-160 given by the init actor. */
        ACTOR(2),
        /** f3: a BLS public key. */
        BLS(3),
        /** f4: an address managed by another actor; f410 is Ethereum's. */
        DELEGATED(4);

        private static final Protocol[] BY_NUMBER = {ID, SECP256K1, ACTOR, BLS, DELEGATED};

        private final int number;

        Protocol(int number) {
            this.number = number;
        }

        /** The first byte of the binary form. */
        public int number() {
            return number;
        }
    }

    private final byte[] bytes;

    private Address(byte[] bytes) {
        this.bytes = bytes;
    }

    public static Address ofId(long id) {
        return new Address(join(Protocol.ID, Varint.encode(id)));
    }

    /** The f1 address of an uncompressed public key: 65 bytes that begin with 0x04. */
    public static Address secp256k1(byte[] publicKey) {
        if (publicKey.length != 65 || publicKey[0] != 4) {
            throw new InvalidValueException(
                    "secp256k1 public key", publicKey.length + " bytes", "65 bytes that begin with 0x04");
        }
        return new Address(join(Protocol.SECP256K1, Hashes.blake2b(publicKey, HASH_LENGTH)));
    }

    /** The f2 address that the init actor derives from {@code data}. */
    public static Address actor(byte[] data) {
        return new Address(join(Protocol.ACTOR, Hashes.blake2b(data, HASH_LENGTH)));
    }

    /** The f3 address of a compressed G1 public key: 48 bytes. */
    public static Address bls(byte[] publicKey) {
        return fromBytes(join(Protocol.BLS, publicKey));
    }

    /** An f4 address under the actor with ID {@code namespace}; 10 for Ethereum addresses of 20 bytes. */
    public static Address delegated(long namespace, byte[] subaddress) {
        var prefix = Varint.encode(namespace);
        var payload = Arrays.copyOf(prefix, prefix.length + subaddress.length);
        System.arraycopy(subaddress, 0, payload, prefix.length, subaddress.length);
        return fromBytes(join(Protocol.DELEGATED, payload));
    }

    /** The f410 address of an Ethereum address of 20 bytes (FIP-0055). */
    public static Address ethereum(byte[] address) {
        return delegated(ETHEREUM_MANAGER, address);
    }

    /** Reads the binary form: the content of the chain's CBOR byte string. */
    public static Address fromBytes(byte[] bytes) {
        if (bytes.length < 2 || bytes.length > MAX_BYTES) {
            throw new InvalidValueException("address length", bytes.length, "between 2 and " + MAX_BYTES + " bytes");
        }
        if (bytes[0] < 0 || bytes[0] >= Protocol.BY_NUMBER.length) {
            throw new InvalidValueException("address protocol", bytes[0], "between 0 and 4");
        }
        var address = new Address(bytes.clone());
        address.checkPayload();
        return address;
    }

    /** Reads the text form of either network, checking the checksum. */
    public static Address parse(String text) {
        if (text.length() < 3 || text.length() > MAX_TEXT) {
            throw new InvalidValueException("address", text, "between 3 and " + MAX_TEXT + " characters");
        }
        if (text.charAt(0) != Network.MAINNET.prefix() && text.charAt(0) != Network.TESTNET.prefix()) {
            throw new InvalidValueException("address", text, "one that begins with f or t");
        }
        var rest = text.substring(2);
        return switch (text.charAt(1)) {
            case '0' -> ofId(parseNumber(rest, text));
            case '1' -> parseChecked(Protocol.SECP256K1, new byte[0], rest, text);
            case '2' -> parseChecked(Protocol.ACTOR, new byte[0], rest, text);
            case '3' -> parseChecked(Protocol.BLS, new byte[0], rest, text);
            case '4' -> parseDelegated(rest, text);
            default -> throw new InvalidValueException("address", text, "of protocol 0 to 4");
        };
    }

    public Protocol protocol() {
        return Protocol.BY_NUMBER[bytes[0]];
    }

    /** A copy of the binary form. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The binary form without its protocol byte. */
    public byte[] payload() {
        return Arrays.copyOfRange(bytes, 1, bytes.length);
    }

    /** The actor ID of an f0 address. */
    public OptionalLong id() {
        return protocol() == Protocol.ID
                ? OptionalLong.of(Varint.decode(bytes, 1).value())
                : OptionalLong.empty();
    }

    /** The actor ID of an f4 address's manager. */
    public OptionalLong namespace() {
        return protocol() == Protocol.DELEGATED
                ? OptionalLong.of(Varint.decode(bytes, 1).value())
                : OptionalLong.empty();
    }

    /** Whether the address stands for a key that signs: f1 or f3. */
    public boolean isKey() {
        return protocol() == Protocol.SECP256K1 || protocol() == Protocol.BLS;
    }

    /** Whether the address is that of an Ethereum account or contract: f410. An account's key signs for it. */
    public boolean isEthereum() {
        return namespace().equals(OptionalLong.of(ETHEREUM_MANAGER)) && payload().length == 1 + ETHEREUM_LENGTH;
    }

    public String toString(Network network) {
        var start = "" + network.prefix() + bytes[0];
        return switch (protocol()) {
            case ID -> start + Varint.decode(bytes, 1).value();
            case SECP256K1, ACTOR, BLS -> start + base32WithChecksum(1);
            case DELEGATED -> {
                var namespace = Varint.decode(bytes, 1);
                yield start + namespace.value() + "f" + base32WithChecksum(1 + namespace.length());
            }
        };
    }

    /** The testnet form. */
    @Override
    public String toString() {
        return toString(Network.TESTNET);
    }

    @Override
    public int compareTo(Address other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Address that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    private void checkPayload() {
        int length = bytes.length - 1;
        switch (protocol()) {
            case ID -> {
                if (Varint.decode(bytes, 1).length() != length) {
                    throw new InvalidValueException("f0 address", length + " bytes", "one varint");
                }
            }
            case SECP256K1, ACTOR -> requireLength(length, HASH_LENGTH);
            case BLS -> requireLength(length, BLS_LENGTH);
            case DELEGATED -> {
                int subaddress = length - Varint.decode(bytes, 1).length();
                if (subaddress > MAX_SUBADDRESS) {
                    throw new InvalidValueException("f4 subaddress length", subaddress, "at most 54 bytes");
                }
            }
        }
    }

    private void requireLength(int length, int expected) {
        if (length != expected) {
            throw new InvalidValueException(
                    "payload length of a " + protocol() + " address", length, expected + " bytes");
        }
    }

    private static Address parseDelegated(String rest, String text) {
        int separator = rest.indexOf('f');
        if (separator < 0) {
            throw new InvalidValueException("f4 address", text, "a namespace, the letter f and a subaddress");
        }
        var namespace = Varint.encode(parseNumber(rest.substring(0, separator), text));
        return parseChecked(Protocol.DELEGATED, namespace, rest.substring(separator + 1), text);
    }

    private static Address parseChecked(Protocol protocol, byte[] prefix, String base32, String text) {
        var decoded = Multibase.decodeBase32(base32);
        int length = decoded.length - CHECKSUM_LENGTH;
        if (length < 0) {
            throw new InvalidValueException("address", text, "one with a payload and a checksum");
        }
        var payload = Arrays.copyOf(prefix, prefix.length + length);
        System.arraycopy(decoded, 0, payload, prefix.length, length);
        var address = fromBytes(join(protocol, payload));
        if (!Arrays.equals(address.checksum(), Arrays.copyOfRange(decoded, length, decoded.length))) {
            throw new InvalidValueException("address", text, "one whose checksum is right: is a letter mistyped?");
        }
        return address;
    }

    private static long parseNumber(String digits, String text) {
        boolean decimal = !digits.isEmpty() && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!decimal || digits.length() > MAX_ID_DIGITS) {
            throw new InvalidValueException("number in address " + text, digits, "between 0 and 2^63 - 1");
        }
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new InvalidValueException("number in address " + text, digits, "between 0 and 2^63 - 1");
        }
    }

    private String base32WithChecksum(int payloadStart) {
        int length = bytes.length - payloadStart;
        var out = Arrays.copyOfRange(bytes, payloadStart, payloadStart + length + CHECKSUM_LENGTH);
        System.arraycopy(checksum(), 0, out, length, CHECKSUM_LENGTH);
        return Multibase.base32(out);
    }

    private byte[] checksum() {
        return Hashes.blake2b(bytes, CHECKSUM_LENGTH);
    }

    private static byte[] join(Protocol protocol, byte[] payload) {
        var out = new byte[1 + payload.length];
        out[0] = (byte) protocol.number;
        System.arraycopy(payload, 0, out, 1, payload.length);
        return out;
    }
}
