package io.adit.core.keys;

import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import java.util.List;
import java.util.Set;

/** Signs with keys it keeps to itself. Addresses are key addresses (f1, f3), never actor ids. */
public interface Signer {
    /** The keys it can sign with. */
    Set<Address> addresses();

    /** Whether it can sign with this key. */
    default boolean has(Address key) {
        return addresses().contains(key);
    }

    /**
     * Signs the message.
     *
     * @throws io.adit.core.error.AditException {@link KeyErrorCode#KEY_UNKNOWN} if it has no such key
     */
    Signature sign(Address key, byte[] message);

    /**
     * Signs something that is given in full. A signer that decides by what it signs, such as one in another process, signs
     * only so; the others sign the bytes, but never a block, which only a signer with a slash guard may sign.
     *
     * @throws io.adit.core.error.AditException {@link KeyErrorCode#KEY_UNKNOWN} if it has no such key, {@link
     *     KeyErrorCode#KEY_NEEDS_GUARD} for a block
     */
    default Signature sign(Address key, SigningContent content) {
        if (content.kind() == SigningKind.BLOCK) {
            throw new AditException(
                    KeyErrorCode.KEY_NEEDS_GUARD, "signing a block with key " + key + " past the slash guard");
        }
        return sign(key, content.signedBytes());
    }

    /** Limits of its own of which it has nearly used up what it may sign today, in words; empty where it has none. */
    default List<String> nearLimits() {
        return List.of();
    }

    /** A signer that has one key, in memory. */
    static Signer of(PrivateKey key) {
        return new Signer() {
            @Override
            public Set<Address> addresses() {
                return Set.of(key.address());
            }

            @Override
            public Signature sign(Address address, byte[] message) {
                if (!address.equals(key.address())) {
                    throw new AditException(
                            KeyErrorCode.KEY_UNKNOWN, "signing with " + address + ": the only key is " + key.address());
                }
                return key.sign(message);
            }
        };
    }
}
