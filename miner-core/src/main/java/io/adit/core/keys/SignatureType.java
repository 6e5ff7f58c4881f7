package io.adit.core.keys;

/** The chain's signature types, by their number on the wire. */
public enum SignatureType {
    /** secp256k1 over blake2b-256 of the message: r, s, recovery id; 65 bytes. */
    SECP256K1(1, "secp256k1", 65),
    /** BLS12-381 over the message: compressed G2 point, 96 bytes. */
    BLS(2, "bls", 96),
    /** secp256k1 over Keccak-256 of the message, of an Ethereum key (f410): r, s, recovery id; 65 bytes. */
    DELEGATED(3, "delegated", 65);

    private final int number;
    private final String lotusName;
    private final int length;

    SignatureType(int number, String lotusName, int length) {
        this.number = number;
        this.lotusName = lotusName;
        this.length = length;
    }

    /** The number on the wire. */
    public int number() {
        return number;
    }

    /** The name in Lotus key files. */
    public String lotusName() {
        return lotusName;
    }

    /** Bytes of a signature without the type byte. */
    public int length() {
        return length;
    }
}
