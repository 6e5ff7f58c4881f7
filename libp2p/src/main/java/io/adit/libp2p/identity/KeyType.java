package io.adit.libp2p.identity;

import io.adit.libp2p.wire.MalformedWireException;

/** The key types of the libp2p peer-ids specification. */
public enum KeyType {
    RSA(0),
    ED25519(1),
    SECP256K1(2),
    ECDSA(3);

    private final long number;

    KeyType(long number) {
        this.number = number;
    }

    /** Its number in the specification's protobuf. */
    long number() {
        return number;
    }

    static KeyType fromNumber(long number) {
        for (var type : values()) {
            if (type.number == number) {
                return type;
            }
        }
        throw new MalformedWireException("key type " + number + " is unknown; known are 0 to 3");
    }
}
