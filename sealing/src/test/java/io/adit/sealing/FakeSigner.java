package io.adit.sealing;

import io.adit.core.fil.Address;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signer;
import java.util.Arrays;
import java.util.Set;

/** One secp256k1 key in memory. */
public final class FakeSigner implements Signer {

    private final PrivateKey key;

    public FakeSigner() {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) 7);
        this.key = PrivateKey.of(SignatureType.SECP256K1, secret);
    }

    public Address address() {
        return key.address();
    }

    @Override
    public Set<Address> addresses() {
        return Set.of(key.address());
    }

    @Override
    public Signature sign(Address address, byte[] message) {
        return key.sign(message);
    }
}
