package io.adit.core.keys;

import io.adit.core.fil.Address;
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
     * only so; the others sign the bytes.
     *
     * @throws io.adit.core.error.AditException {@link KeyErrorCode#KEY_UNKNOWN} if it has no such key
     */
    default Signature sign(Address key, SigningContent content) {
        return sign(key, content.signedBytes());
    }
}
