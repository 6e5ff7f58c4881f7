package io.adit.devnet.chain;

import io.adit.core.fil.Address;
import io.adit.core.ipld.Hashes;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import java.nio.ByteBuffer;

/** A BLS key of the chain's own: its producers' or its beacon's. */
public interface ChainKey {
    /** The key address (f3). */
    Address address();

    /** Signs what a block maker or beacon signs. */
    Signature sign(byte[] message);

    /** A key whose signatures are real. */
    static ChainKey of(PrivateKey key) {
        return new ChainKey() {
            @Override
            public Address address() {
                return key.address();
            }

            @Override
            public Signature sign(byte[] message) {
                return key.sign(message);
            }
        };
    }

    /**
     * A key that gives hashes in the place of signatures: they draw randomness as well, take microseconds, and verify
     * nowhere. For simulations, whose time would else go into four signatures for each epoch.
     */
    static ChainKey hashing(Address address) {
        return new ChainKey() {
            @Override
            public Address address() {
                return address;
            }

            @Override
            public Signature sign(byte[] message) {
                var name = address.bytes();
                var hash = Hashes.sha256(ByteBuffer.allocate(name.length + message.length)
                        .put(name)
                        .put(message)
                        .array());
                return new Signature(
                        SignatureType.BLS,
                        ByteBuffer.allocate(3 * hash.length)
                                .put(hash)
                                .put(hash)
                                .put(hash)
                                .array());
            }
        };
    }
}
