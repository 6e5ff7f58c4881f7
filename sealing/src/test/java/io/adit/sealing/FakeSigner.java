package io.adit.sealing;

import io.adit.core.fil.Address;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signer;
import java.util.Arrays;
import java.util.Set;

/** One key in memory. */
public final class FakeSigner implements Signer {

    private final PrivateKey key;

    public FakeSigner() {
        this(SignatureType.SECP256K1, 7);
    }

    public FakeSigner(SignatureType type, int secretByte) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) secretByte);
        this.key = PrivateKey.of(type, secret);
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
