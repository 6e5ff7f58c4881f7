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
}
