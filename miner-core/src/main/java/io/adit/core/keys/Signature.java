package io.adit.core.keys;

import io.adit.core.error.InvalidValueException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A signature as the chain carries it: a type byte and the signature's bytes (Filecoin spec, "Signatures").
 *
 * @param data r, s and v for secp256k1; a compressed G2 point for BLS
 */
public record Signature(SignatureType type, byte[] data) {
    /** Copies the bytes and checks their number. */
    public Signature {
        if (data.length != type.length()) {
            throw new InvalidValueException(
                    type.lotusName() + " signature", data.length + " bytes", type.length() + " bytes");
        }
        data = data.clone();
    }

    /** The signature's bytes, without the type. */
    @Override
    public byte[] data() {
        return data.clone();
    }

    /** Type byte and signature, the content of the chain's CBOR byte string. */
    public byte[] bytes() {
        byte[] all = new byte[1 + data.length];
        all[0] = (byte) type.number();
        System.arraycopy(data, 0, all, 1, data.length);
        return all;
    }

    /**
     * Reads type byte and signature.
     *
     * @throws InvalidValueException for an unknown type or a wrong length
     */
    public static Signature fromBytes(byte[] bytes) {
        if (bytes.length > 0) {
            for (SignatureType type : SignatureType.values()) {
                if (type.number() == bytes[0]) {
                    return new Signature(type, Arrays.copyOfRange(bytes, 1, bytes.length));
                }
            }
        }
        throw new InvalidValueException(
                "signature",
                bytes.length == 0 ? "no bytes" : "type " + bytes[0],
                "type 1 (secp256k1), 2 (BLS) or 3 (delegated)");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Signature that && type == that.type && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * type.hashCode() + Arrays.hashCode(data);
    }

    @Override
    public String toString() {
        return type.lotusName() + ":" + HexFormat.of().formatHex(data);
    }
}
